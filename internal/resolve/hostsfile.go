package resolve

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"path/filepath"
	"slices"

	"github.com/limenhq/limen"
)

// A HostsFile is the system's file of hosts, in which limen has a block of its
// own. The zero value is this machine's.
type HostsFile struct {
	Path string // empty means the system's

	// Again is the command that a person types to do the same with more rights,
	// such as "sudo limen route resolve shop.test --hosts".
	Again string
}

func (h HostsFile) path() string { return cmp.Or(h.Path, hostsPath) }

// Read says what limen has written into the file.
func (h HostsFile) Read() (limen.HostsBlock, error) {
	b := limen.HostsBlock{File: h.path()}
	file, err := readAll(h.path())
	if err != nil {
		return b, h.refusal(err)
	}
	entries, err := entriesOf(file)
	if err != nil {
		return b, h.refusal(err)
	}
	for _, e := range entries {
		if !slices.Contains(b.Names, e.Name) {
			b.Names = append(b.Names, e.Name)
		}
	}
	return b, nil
}

// Write makes these the entries of the block, and takes it out if there are none.
// A gap says what could not be done as it should be.
func (h HostsFile) Write(ctx context.Context, entries []Entry) (*limen.Gap, error) {
	return h.Change(ctx, func([]Entry) []Entry { return entries })
}

// Change makes other entries of those in the block; it is taken out if there are
// none then. Several may do so at once, and none loses what another wrote.
func (h HostsFile) Change(ctx context.Context, to func([]Entry) []Entry) (*limen.Gap, error) {
	gap, err := h.change(ctx, to)
	if err != nil {
		return nil, h.refusal(err)
	}
	return gap, nil
}

func (h HostsFile) change(ctx context.Context, to func([]Entry) []Entry) (*limen.Gap, error) {
	// What has the name may be a link to where the file is.
	path, err := filepath.EvalSymlinks(h.path())
	if err != nil {
		return nil, err
	}
	// What is so already needs no rights.
	if was, wanted, err := h.turn(path, to); err != nil || bytes.Equal(was, wanted) {
		return nil, err
	}
	l, err := acquire(ctx, path+".limen-lock")
	if err != nil {
		return nil, err
	}
	defer l.release()
	was, wanted, err := h.turn(path, to)
	if err != nil || bytes.Equal(was, wanted) {
		return nil, err
	}
	if err := replace(path, wanted); !isMountPoint(err) {
		return nil, err
	}
	return rewrite(path, was, wanted)
}

// turn is the text of the file, and what it should be.
func (h HostsFile) turn(path string, to func([]Entry) []Entry) (was, wanted []byte, err error) {
	if was, err = readAll(path); err != nil {
		return nil, nil, err
	}
	entries, err := entriesOf(was)
	if err != nil {
		return nil, nil, err
	}
	entries = to(entries)
	for _, e := range entries {
		if _, err := limen.ParseHost(e.Name); err != nil || !e.Address.IsValid() {
			return nil, nil, &limen.Error{
				Kind: limen.Invalid, What: fmt.Sprintf("cannot write %q into %s", e.Name, h.path()),
				Why: "a file of hosts has whole names alone, and no wildcards", Next: "name each one, or have limen's own responder of DNS asked: limen route resolve NAME",
			}
		}
	}
	wanted, err = withBlock(was, entries)
	return was, wanted, err
}

// refusal says why the file cannot be written or read, and what to do.
func (h HostsFile) refusal(err error) error {
	if e := (*limen.Error)(nil); errors.As(err, &e) {
		return e
	}
	e := &limen.Error{What: "cannot change " + h.path(), Why: err.Error()}
	switch {
	case errors.Is(err, errBroken):
		e.Kind, e.Next = limen.Invalid, "delete limen's lines there by hand"
	case errors.Is(err, fs.ErrPermission):
		e.Kind, e.Why, e.Next = limen.Denied, "only an administrator may", h.Again
	case errors.Is(err, fs.ErrNotExist):
		e.Kind, e.Why = limen.NotFound, "it is not there"
	case errors.Is(err, errLocked):
		e.Kind = limen.Busy
	case isReadOnly(err):
		e.Kind, e.Why = limen.Unsupported, "it lies on a file system that cannot be written; some systems make the file from their own settings"
	}
	return e
}

// Entries are the lines that lead a name to limen: to both loopbacks, or to an
// address that it has to itself.
func Entries(name string, own netip.Addr) []Entry {
	if own.IsValid() {
		return []Entry{{own, name}}
	}
	var all []Entry
	for _, a := range loopbacks() {
		all = append(all, Entry{a, name})
	}
	return all
}
