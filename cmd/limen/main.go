// Command limen says what holds the ports of this machine, and why a port
// cannot be had.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/limenhq/limen/internal/cli"
)

func main() {
	if code, entered := cli.Enter(); entered {
		os.Exit(code)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// Writing to a pipe that nobody reads any more shall be an error that cli
	// sees, and not the end of the program (os/signal, "SIGPIPE").
	signal.Ignore(syscall.SIGPIPE)
	code := cli.Main(ctx, cli.Env{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, os.Args[1:])
	stop()
	os.Exit(code)
}
