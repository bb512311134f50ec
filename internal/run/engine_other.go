//go:build !linux && !darwin && !freebsd && !windows

package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/limenhq/limen"
)

// What the portable half needs, of a system on which nothing can be guarded.
const (
	self        = ""
	separators  = "/"
	pathKey     = "PATH"
	defaultPath = "/bin"
)

var errSystem = fmt.Errorf("programs cannot be guarded on this system: %w", errors.ErrUnsupported)

type engine struct{ lost chan struct{} }

func openEngine(Config) (*engine, error)                { return nil, errSystem }
func (*engine) start(*Guard, Program) (*Run, error)     { return nil, errSystem }
func (*engine) members(*Run) ([]limen.ProcessID, error) { return nil, errSystem }
func (*engine) signal(*Run, os.Signal) error            { return errSystem }
func (*engine) close(context.Context) error             { return errSystem }
func (*engine) stop(context.Context, *Run, time.Duration) (Stopped, error) {
	return Stopped{}, errSystem
}

type terminal struct{ *os.File }

func (*terminal) resize(Size) error { return errSystem }

func sameName(a, b string) bool { return a == b }

func runnable(path string, _ []string) (string, error) { return path, nil }

func guard(string, []string) error { return errSystem }
func shim(string, []string) error  { return errSystem }
