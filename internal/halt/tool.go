package halt

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"time"
)

// Tool runs a keeper's own tool, such as systemctl, in a directory, with
// arguments and without a shell, for at most patience. An empty directory is
// this process's. What it prints is not read for what it did:
// the port tells that. It only says why, if the tool fails.
func Tool(ctx context.Context, dir string, args []string, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second // for what it started and left behind
	said := &tail{}
	cmd.Stdout, cmd.Stderr = said, said
	err := cmd.Run()
	var status *exec.ExitError
	switch {
	case err == nil:
		return nil
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return errors.New(args[0] + " did not come to an end within " + patience.String())
	case errors.As(err, &status) && said.last() != "":
		return errors.New(args[0] + ": " + said.last())
	}
	return err
}

// A tail keeps the end of what is written to it.
type tail struct{ b []byte }

const mostTail = 1 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p[max(0, len(p)-mostTail):]...)
	t.b = t.b[max(0, len(t.b)-mostTail):]
	return len(p), nil
}

// last returns the last line that says something.
func (t *tail) last() string {
	lines := bytes.Split(bytes.TrimSpace(t.b), []byte("\n"))
	return strings.TrimSpace(string(lines[len(lines)-1]))
}
