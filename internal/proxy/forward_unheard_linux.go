package proxy

// isUnheard reports whether an upstream that has hung up has certainly heard nothing of
// what it was sent behind a number of bytes: it had acknowledged none of that when it
// ended, and its kernel has refused what came then. A reset alone would prove nothing: an
// acknowledgement may wait for 40 ms (TCP_DELACK_MIN of net/tcp.h), and one that comes
// with a reset does not count (tcp_validate_incoming of Linux).
func (l *line) isUnheard(behind int64) (isUnheard bool) {
	raw, ok := rawOf(l.Conn)
	if !ok {
		return false // as over TLS, where what is counted is not what was sent
	}
	err := raw.Control(func(fd uintptr) {
		info, known := tcpInfoOf(fd)
		isUnheard = known && info.state == tcpClose && info.acked <= uint64(behind)+1
	})
	return err == nil && isUnheard
}
