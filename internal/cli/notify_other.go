//go:build !unix

package cli

import "context"

// openDesktop shows nothing here: on Windows only programs with an entry in
// the start menu may notify.
func openDesktop(context.Context, func(string) string) (desktop, error) {
	return nil, noDesktop("limen cannot notify on this system", "use --exec, with a program that can")
}
