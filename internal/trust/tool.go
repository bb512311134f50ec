package trust

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// toolTime is how long a program may take. The bundles of a slow machine take
// ten seconds.
const toolTime = time.Minute

// mostSaid is how much of what a program prints is kept.
const mostSaid = 64 << 10

// sbin are where programs of the system are that a user has not on the path.
var sbin = []string{"/usr/sbin", "/sbin", "/usr/local/sbin"}

// find returns the path of a program, or "".
func find(name string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	for _, dir := range sbin {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path
		}
	}
	return ""
}

// A failure is a program that has ended with a code.
type failure struct {
	name string
	code int
	said string
}

func (f *failure) Error() string {
	if f.said == "" {
		return fmt.Sprintf("%s ended with code %d", f.name, f.code)
	}
	return fmt.Sprintf("%s: %s", f.name, f.said)
}

// run runs a program without a shell and without anything to read, and returns
// what it writes. Only certificates are ever read out of that; otherwise its
// exit code tells. The environment is limen's own if env is nil.
func run(ctx context.Context, env []string, words ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, toolTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Env = env
	cmd.WaitDelay = time.Second // for what it started and left behind
	var out, said head
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	var status *exec.ExitError
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, fmt.Errorf("%s did not come to an end within %v", filepath.Base(words[0]), toolTime)
	case errors.As(err, &status):
		f := &failure{name: filepath.Base(words[0]), code: status.ExitCode(), said: said.first()}
		if f.said == "" {
			f.said = out.first() // keytool complains on its standard output
		}
		return out.Bytes(), f
	}
	return out.Bytes(), err
}

// A head keeps the beginning of what is written to it.
type head struct{ bytes.Buffer }

func (h *head) Write(p []byte) (int, error) {
	h.Buffer.Write(p[:min(len(p), max(0, mostSaid-h.Len()))])
	return len(p), nil
}

// first is the first line that says something, for a person.
func (h *head) first() string {
	for line := range strings.Lines(h.String()) {
		if line = strings.TrimSpace(line); line != "" {
			return line[:min(len(line), 300)]
		}
	}
	return ""
}
