package main

import (
	"bytes"
	"debug/pe"
	"encoding/binary"
)

// forwarder writes a library that exports one function, which is another
// library's (Microsoft, PE Format, "The .edata Section").
func forwarder(library, function, target string) []byte {
	const (
		inFile   = 0x200 // where the only section is
		inMemory = 0x1000
		tables   = 40 // size of the export directory, before its tables
		text     = tables + 3*4
	)
	at := []uint32{inMemory + text, 0, 0} // of the three strings
	at[1] = at[0] + uint32(len(library)) + 1
	at[2] = at[1] + uint32(len(function)) + 1
	size := at[2] + uint32(len(target)) + 1 - inMemory

	header := pe.OptionalHeader64{
		Magic: 0x20b, ImageBase: 0x180000000, SectionAlignment: 0x1000, FileAlignment: 0x200,
		MajorOperatingSystemVersion: 6, MajorSubsystemVersion: 6, Subsystem: pe.IMAGE_SUBSYSTEM_WINDOWS_CUI,
		SizeOfInitializedData: 0x200, SizeOfImage: 0x2000, SizeOfHeaders: inFile, NumberOfRvaAndSizes: 16,
	}
	header.DataDirectory[pe.IMAGE_DIRECTORY_ENTRY_EXPORT] = pe.DataDirectory{VirtualAddress: inMemory, Size: size}

	var b bytes.Buffer
	for _, part := range []any{
		[]byte("MZ"), make([]byte, 58), uint32(64), []byte("PE\x00\x00"), // the DOS header says where the next begins
		pe.FileHeader{
			Machine: pe.IMAGE_FILE_MACHINE_AMD64, NumberOfSections: 1, SizeOfOptionalHeader: uint16(binary.Size(header)),
			Characteristics: pe.IMAGE_FILE_EXECUTABLE_IMAGE | pe.IMAGE_FILE_LARGE_ADDRESS_AWARE | pe.IMAGE_FILE_DLL,
		},
		header,
		pe.SectionHeader32{
			Name: [8]byte([]byte(".edata\x00\x00")), VirtualSize: size, VirtualAddress: inMemory,
			SizeOfRawData: 0x200, PointerToRawData: inFile,
			Characteristics: pe.IMAGE_SCN_CNT_INITIALIZED_DATA | pe.IMAGE_SCN_MEM_READ,
		},
	} {
		binary.Write(&b, binary.LittleEndian, part)
	}
	b.Write(make([]byte, inFile-b.Len()))
	binary.Write(&b, binary.LittleEndian, []uint32{
		0, 0, 0, at[0], 1, 1, 1, inMemory + tables, inMemory + tables + 4, inMemory + tables + 8, // the directory
		at[2], at[1], 0, // where the function is, its name, and which of the functions has that name
	})
	b.WriteString(library + "\x00" + function + "\x00" + target + "\x00")
	b.Write(make([]byte, inFile+0x200-b.Len()))
	return b.Bytes()
}
