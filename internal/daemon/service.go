package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

// A service is how the system starts the daemon at each login of its user: a
// file, and what makes the system look at it. The zero value is that of a
// system that limen does not know.
type service struct {
	path    string // of the file; empty where there is none
	text    string // what stands in it
	link    string // a link to it that enables it; empty if it is enabled by being there
	next    string // the command that starts it without a new login
	forget  string // the command that has the system forget it
	absent  string // why nobody reads the file; empty if somebody does
	enable  func(context.Context, service) error
	disable func(context.Context, service) error
}

// mark stands in each of the files, so that no other one is taken for it.
const mark = "written by limen daemon install"

// file is where the service is installed; empty if it is not.
func (s service) file() string {
	if s.path == "" {
		return ""
	}
	if text, err := os.ReadFile(s.path); err != nil || !bytes.Contains(text, []byte(mark)) {
		return ""
	}
	return s.path
}

// known says that there is no service on this system.
func (s service) known(what string) error {
	if s.path != "" {
		return nil
	}
	return &limen.Error{
		Kind: limen.Unsupported, What: "cannot " + what, Why: "limen knows no way to start a program at login on this system",
		Next: "have limen daemon run started by what starts your other services",
	}
}

// Install has the system start the daemon at each login. The note of what is
// returned says what was done.
func Install(ctx context.Context, c Config) (limen.Standing, error) {
	sv := c.service()
	if err := sv.known("install the daemon"); err != nil {
		return limen.Standing{}, err
	}
	if _, err := os.Lstat(sv.path); err == nil && sv.file() == "" {
		return limen.Standing{}, &limen.Error{Kind: limen.Busy, What: "cannot install the daemon", Why: sv.path + " is there already, and not limen's", Next: "move it away"}
	}
	if err := sv.write(); err != nil {
		return limen.Standing{}, notWritten("install the daemon", err)
	}
	if sv.enable != nil {
		if err := sv.enable(ctx, sv); err != nil {
			return limen.Standing{}, errors.Join(notWritten("install the daemon", err), os.Remove(sv.path))
		}
	}
	s, err := c.newHost().Standing(ctx, op.StandingIn{Brief: true})
	s.Service = sv.file()
	s.Note = "the daemon starts at each login, as " + sv.path + " says"
	if sv.next != "" {
		s.Note += "; now: " + sv.next
	}
	if sv.absent != "" {
		s.Gaps = append(s.Gaps, limen.Gap{What: "that anybody reads " + sv.path, Why: sv.absent, Next: "limen daemon start, where there is none"})
	}
	return s, err
}

// Uninstall undoes Install. A daemon that runs goes on.
func Uninstall(ctx context.Context, c Config) (limen.Standing, error) {
	sv := c.service()
	if err := sv.known("remove the service of the daemon"); err != nil {
		return limen.Standing{}, err
	}
	if sv.file() == "" {
		return limen.Standing{}, &limen.Error{Kind: limen.NotFound, What: "cannot remove the service of the daemon", Why: "limen has written none to " + sv.path, Next: "limen daemon status"}
	}
	if sv.disable != nil {
		if err := sv.disable(ctx, sv); err != nil {
			return limen.Standing{}, notWritten("remove the service of the daemon", err)
		}
	}
	if err := sv.erase(); err != nil {
		return limen.Standing{}, notWritten("remove the service of the daemon", err)
	}
	s, err := c.newHost().Standing(ctx, op.StandingIn{Brief: true})
	s.Note = "the daemon starts at login no longer: " + sv.path + " is removed"
	if sv.forget != "" {
		s.Note += "; now: " + sv.forget
	}
	return s, err
}

func notWritten(what string, err error) error {
	kind := limen.Internal
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) {
		kind = limen.Denied
	}
	return &limen.Error{Kind: kind, What: "cannot " + what, Why: err.Error(), Next: "limen daemon start, after each login"}
}

// write writes the file whole or not at all, and its link.
func (s service) write() error {
	if err := os.MkdirAll(filepath.Dir(s.path), 0o755); err != nil {
		return err
	}
	draft := s.path + ".new"
	if err := os.WriteFile(draft, []byte(s.text), 0o644); err != nil {
		return err
	}
	if err := os.Rename(draft, s.path); err != nil || s.link == "" {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(s.link), 0o755); err != nil {
		return err
	}
	if err := os.Remove(s.link); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Symlink(s.path, s.link)
}

// erase removes the file and its link, and the link's directory if nothing else
// is in it.
func (s service) erase() error {
	if s.link != "" {
		if err := os.Remove(s.link); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		_ = os.Remove(filepath.Dir(s.link)) // others enable theirs there, too
	}
	return os.Remove(s.path)
}

// own is the program and the variables that decide where it finds its files.
func (c Config) own() (program string, variables []string) {
	program, err := os.Executable()
	if err != nil {
		program = "limen"
	}
	for _, name := range []string{"XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"} {
		if value := c.getenv(name); value != "" && !strings.ContainsAny(value, "\n\r\x00") {
			variables = append(variables, fmt.Sprintf("%s=%s", name, value))
		}
	}
	return program, variables
}
