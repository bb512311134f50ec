package cli

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"syscall"

	"github.com/limenhq/limen"
)

// then runs a program in limen's place: with its input, its output and its
// exit code, and without a shell.
func then(ctx context.Context, env Env, words []string) error {
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = env.In, env.Out, env.Err
	// Whoever stops limen means the program, and it shall end in order.
	cmd.Cancel = func() error {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			return cmd.Process.Kill() // Windows has no such signal
		}
		return nil
	}
	err := cmd.Run()
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended):
		return ending{codeOf(ended)}
	case err != nil && ctx.Err() == nil:
		return &limen.Error{
			Kind: limen.NotFound, What: fmt.Sprintf("cannot run %q", words[0]),
			Why: err.Error(), Next: "name a program of this machine after --; for a shell's own words: -- sh -c '...'",
		}
	}
	return err
}

// codeOf returns the exit code of a program as shells count it: one that a
// signal has ended gets 128 and the signal's number.
func codeOf(ended *exec.ExitError) int {
	if how, ok := ended.Sys().(syscall.WaitStatus); ok && how.Signaled() {
		return 128 + int(how.Signal())
	}
	return ended.ExitCode()
}
