package cli

import (
	"context"
	"os/exec"
)

// openDesktop shows notifications by the system's own script runner. What is
// shown are arguments, and no part of the script.
func openDesktop(context.Context, func(string) string) (desktop, error) { return script{}, nil }

type script struct{}

func (script) Show(ctx context.Context, title, text string) error {
	return exec.CommandContext(ctx, "/usr/bin/osascript",
		"-e", "on run argv", "-e", "display notification (item 2 of argv) with title (item 1 of argv)", "-e", "end run",
		"--", title, text).Run()
}

func (script) Close() error { return nil }
