package nettest

import (
	"os"
	"os/signal"
	"syscall"
)

// heed undoes for all that tests start what nohup(1), or a shell with "&", does
// to whatever it starts: that the signals of a terminal are ignored. A program
// keeps to that, as it should, and then a test of what they end fails. What is
// ignored stays so across an exec, and what is caught is as usual behind it
// (POSIX, exec); the tests themselves go on as if nothing had come.
func heed() {
	unread := make(chan os.Signal, 1)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGHUP} { // Go itself catches all others from its start (os/signal)
		if signal.Ignored(s) {
			signal.Notify(unread, s)
		}
	}
}
