package tap

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// A segment is a file of the ring. It begins with segmentMark and its serial number, in
// 8 bytes; blocks follow, each written at once, and blockEnd behind the last: where a
// file is used again, older ones stand behind that.
//
//	mark     4 bytes, blockMark
//	length   4 bytes, of the pieces behind this head
//	sum      4 bytes, CRC-32C of all that follows
//	version  4 bytes
//	serial   8 bytes, of the segment
//	highest  8 bytes: no request has a higher number so far
//	missed   8 bytes: requests that were not kept so far
//	run      4 bytes: what one opening of the ring wrote has the same
const (
	segmentMark = "limen's tap\n"
	segmentHead = len(segmentMark) + 8
	blockMark   = "tap\x1a"
	blockEnd    = "\x00\x00\x00\x00"
	blockHead   = 44
	version     = 1

	numberMost = 1 << 53 // nobody has so many requests
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var (
	errSegment = errors.New("it does not begin as the files of limen's taps do")
	errBlock   = errors.New("a part of it is no block of a tap")
	errStop    = errors.New("there is no more")
	errAgain   = errors.New("it is used again")
)

// A block is one of a segment.
type block struct {
	serial  uint64
	highest uint64
	missed  int64
	run     uint32
	pieces  []byte
}

// finishBlock writes the head before the pieces that are there, and the end behind them.
func finishBlock(bytes []byte, b block) []byte {
	copy(bytes, blockMark)
	binary.LittleEndian.PutUint32(bytes[4:], uint32(len(bytes)-blockHead))
	binary.LittleEndian.PutUint32(bytes[12:], version)
	binary.LittleEndian.PutUint64(bytes[16:], b.serial)
	binary.LittleEndian.PutUint64(bytes[24:], b.highest)
	binary.LittleEndian.PutUint64(bytes[32:], uint64(b.missed))
	binary.LittleEndian.PutUint32(bytes[40:], b.run)
	binary.LittleEndian.PutUint32(bytes[8:], crc32.Checksum(bytes[12:], castagnoli))
	return append(bytes, blockEnd...)
}

// parseBlock reads the block that bytes begin with, and returns how long it is. That is
// zero if there is too little of it: it may be being written. The end is errStop.
func parseBlock(b []byte) (block, int, error) {
	switch {
	case len(b) < len(blockEnd):
		return block{}, 0, nil
	case string(b[:4]) == blockEnd:
		return block{}, 0, errStop
	case string(b[:4]) != blockMark:
		return block{}, 0, errBlock
	case len(b) < blockHead:
		return block{}, 0, nil
	}
	size := int64(binary.LittleEndian.Uint32(b[4:]))
	if size > batchRoom || binary.LittleEndian.Uint32(b[12:]) != version {
		return block{}, 0, errBlock
	}
	n := blockHead + int(size)
	if n > len(b) {
		return block{}, 0, nil
	}
	if crc32.Checksum(b[12:n], castagnoli) != binary.LittleEndian.Uint32(b[8:]) {
		return block{}, 0, errBlock
	}
	found := block{
		serial: binary.LittleEndian.Uint64(b[16:]), highest: binary.LittleEndian.Uint64(b[24:]),
		missed: int64(binary.LittleEndian.Uint64(b[32:])), run: binary.LittleEndian.Uint32(b[40:]), pieces: b[blockHead:n],
	}
	if found.highest > numberMost || found.missed < 0 || found.missed > numberMost {
		return block{}, 0, errBlock
	}
	return found, n, nil
}

// appendSegmentHead writes what a segment begins with, and the end behind it.
func appendSegmentHead(b []byte, serial uint64) []byte {
	return append(binary.LittleEndian.AppendUint64(append(b, segmentMark...), serial), blockEnd...)
}

// readSerial reads the serial number at the beginning of a segment.
func readSerial(r io.ReaderAt) (uint64, error) {
	var head [segmentHead]byte
	if n, err := r.ReadAt(head[:], 0); n < len(head) {
		return 0, ignoreEnd(err)
	}
	if string(head[:len(segmentMark)]) != segmentMark {
		return 0, errSegment
	}
	return binary.LittleEndian.Uint64(head[len(segmentMark):]), nil
}

// readBlocks gives the blocks of a segment one after another, as far as they are whole,
// from a place on, and returns where the last of them ends. The next may be being written,
// or a crash may have torn it. What was given is written over by the next one. An error of
// give ends it; errAgain says that the file came to be used again meanwhile.
func readBlocks(r io.ReaderAt, from place, give func(block) error) (end int64, err error) {
	found, err := readSerial(r)
	switch {
	case err != nil:
		return from.end, err
	case found > from.serial:
		return from.end, errAgain
	case found < from.serial: // it is about to be begun
		return from.end, nil
	}
	end, err = readWhole(r, place{from.serial, max(from.end, int64(segmentHead))}, give)
	if err == nil || errors.Is(err, errBlock) {
		if now, bad := readSerial(r); bad == nil && now != from.serial {
			return end, errAgain
		}
	}
	return end, err
}

// readWhole gives the blocks behind a place of a segment, which may come to be another one
// at any moment.
func readWhole(r io.ReaderAt, from place, give func(block) error) (end int64, err error) {
	end = from.end
	buf := make([]byte, 0, blockHead+batchRoom)
	for {
		b, n, err := parseBlock(buf)
		switch {
		case errors.Is(err, errStop):
			return end, nil
		case err == nil && n > 0 && b.serial == from.serial:
			if err := give(b); err != nil {
				return end, err
			}
			end += int64(n)
			buf = buf[:copy(buf, buf[n:])]
			continue
		case err != nil || n > 0:
			return end, errBlock
		}
		m, err := r.ReadAt(buf[len(buf):cap(buf)], end+int64(len(buf)))
		if buf = buf[:len(buf)+m]; m == 0 {
			return end, ignoreEnd(err)
		}
	}
}

func ignoreEnd(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}
