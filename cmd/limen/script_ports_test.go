package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// portList writes a list of port numbers that passes for IANA's, with one
// entry that matters: portlist ports.csv 2026-11-01.
func portList(ts *testscript.TestScript, neg bool, words []string) {
	if neg || len(words) != 2 {
		ts.Fatalf("write it as: portlist FILE DATE")
	}
	var b strings.Builder
	b.WriteString("Service Name,Port Number,Transport Protocol,Description,Assignee,Contact,Registration Date,Modification Date,Reference\n")
	for _, row := range []string{
		"ssh,22,tcp,,,,,,", "domain,53,udp,,,,,,", "http,80,tcp,,,,,,", "https,443,tcp,,,,,,",
		"http-alt,8008,tcp,HTTP Alternate,[James_Gettys],[James_Gettys],," + words[1] + ",[RFC9110]",
	} {
		b.WriteString(row + "\n")
	}
	for i := range 10_000 {
		fmt.Fprintf(&b, "made-up-%d,%d,tcp,,,,,,\n", i, 20_000+i)
	}
	ts.Check(os.WriteFile(ts.MkAbs(words[0]), []byte(b.String()), 0o666))
}
