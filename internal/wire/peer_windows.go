package wire

import (
	"net"
	"os"
)

// peer takes everybody for the user of this process. Windows has Unix sockets
// without credentials (afunix.h has the PID of the other end only); who can
// enter the directory is who may connect.
func peer(*net.UnixConn) (Caller, error) { return Caller{UID: os.Geteuid()}, nil }
