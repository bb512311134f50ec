package host

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"

	"github.com/limenhq/limen"
)

// A note is what came of asking some ports of an address, one line of a file
// from which a scan that was stopped goes on.
type note struct {
	Address netip.Addr `json:"address"`
	From    uint16     `json:"from"`  // the first of the ports
	To      uint16     `json:"to"`    // the last
	Asked   int        `json:"asked"` // how many, of those between
	Open    []uint16   `json:"open,omitempty"`
	Silent  []uint16   `json:"silent,omitempty"`
	Refused int        `json:"refused"`
	Unknown int        `json:"unknown,omitempty"`
	Why     string     `json:"why,omitempty"`

	unknown []uint16 // which; such a note is asked again, so they are not written down
}

// notes are what is known of a scan. Without a file nothing is, and nothing is
// written.
type notes struct {
	file *os.File
	list []note
}

// notesHeader is the first line of such a file. Nothing is ever cut off one
// that does not begin with it.
const notesHeader = "{\"limen\":\"scan\"}\n"

// mostNotes is how much of a file is read: more than a scan can write.
const mostNotes = 64 << 20

// openNotes reads what is known, and opens the file to add to it. A line that
// was not written to its end is left out: limen was stopped in the middle.
func openNotes(name string) (*notes, error) {
	n := &notes{}
	if name == "" {
		return n, nil
	}
	cannot := func(err error) error {
		return &limen.Error{Kind: limen.Denied, What: fmt.Sprintf("cannot go on with the scan in %q", name), Why: err.Error(), Next: "name another file, or none"}
	}
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return nil, cannot(errors.New("it is no file"))
	} else if err == nil && info.Size() > mostNotes {
		return nil, cannot(errors.New("it is larger than any scan's"))
	}
	var err error
	if n.file, err = os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, cannot(err)
	}
	r := bufio.NewReader(io.LimitReader(n.file, mostNotes))
	var end int64
	for {
		line, err := r.ReadBytes('\n')
		if end == 0 {
			if len(line) > 0 && string(line) != notesHeader {
				n.file.Close()
				return nil, cannot(errors.New("it holds something else"))
			}
			if len(line) == 0 { // it is new
				if _, err := n.file.WriteString(notesHeader); err != nil {
					n.file.Close()
					return nil, cannot(err)
				}
			}
			end = int64(len(notesHeader))
			if err != nil {
				break
			}
			continue
		}
		if err != nil {
			break // the end, or half a line, which limen itself began
		}
		var one note
		if err := json.Unmarshal(line, &one); err != nil || !one.Address.IsValid() {
			n.file.Close()
			return nil, cannot(errors.New("it holds something else"))
		}
		n.list = append(n.list, one)
		end += int64(len(line))
	}
	if err := errors.Join(n.file.Truncate(end), seek(n.file, end)); err != nil {
		n.file.Close()
		return nil, cannot(err)
	}
	return n, nil
}

func seek(f *os.File, at int64) error {
	_, err := f.Seek(at, io.SeekStart)
	return err
}

// known returns what is known of these very ports, if all of them were asked.
func (n *notes) known(a netip.Addr, ports []uint16) (note, bool) {
	i := slices.IndexFunc(n.list, func(o note) bool {
		return o.Address == a && o.From == ports[0] && o.To == ports[len(ports)-1] && o.Asked == len(ports) && o.Unknown == 0
	})
	if i < 0 {
		return note{}, false
	}
	return n.list[i], true
}

// add writes down what came of asking ports.
func (n *notes) add(a netip.Addr, ports []uint16, got note) error {
	if n.file == nil {
		return nil
	}
	got.Address, got.From, got.To, got.Asked = a, ports[0], ports[len(ports)-1], len(ports)
	line, err := json.Marshal(got)
	if err != nil {
		return err
	}
	if _, err := n.file.Write(append(line, '\n')); err != nil {
		return &limen.Error{Kind: limen.Denied, What: "cannot note how far the scan is", Why: err.Error(), Next: "make room, and go on with the same file"}
	}
	return nil
}

func (n *notes) close() {
	if n.file != nil {
		n.file.Close() // what was written is on its way; what is not is asked again
	}
}
