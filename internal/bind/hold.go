package bind

import "io"

// A Placeholder keeps a TCP port without listening, so that no outgoing
// connection is given it, and lets a server have it all the same: both sides
// say SO_REUSEADDR, as nearly every server does, and only one of them listens.
// On Linux that is allowed (net/ipv4/inet_connection_sock.c,
// inet_csk_bind_conflict).
type Placeholder interface{ io.Closer }
