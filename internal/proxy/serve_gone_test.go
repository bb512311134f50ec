package proxy

import (
	"io"
	"net"
	"testing"
)

// departures are ways for a client to leave while it is being answered.
var departures = []struct {
	name  string
	leave func(*net.TCPConn)
	after bool // the answer may have begun, and its stream be silent
}{
	{"it resets", func(c *net.TCPConn) { c.SetLinger(0); c.Close() }, true},
	{"it closes", func(c *net.TCPConn) { c.Close() }, false}, // which looks like the next, at first
	{"it closes its side, and resets", func(c *net.TCPConn) { c.CloseWrite(); c.SetLinger(0); c.Close() }, true},
}

func TestAnUpstreamIsLeftWhenTheClientLeaves(t *testing.T) {
	for way, fields := range map[string]string{"short": "", "long": "Via: 1.1 x\r\n"} {
		for _, hasBegun := range []bool{false, true} {
			for _, row := range departures {
				if hasBegun && !row.after {
					continue
				}
				t.Run(way+", "+row.name+map[bool]string{true: " a stream"}[hasBegun], func(t *testing.T) {
					t.Parallel() // they mostly wait
					asked, left := make(chan bool), make(chan bool)
					s := standHot(t, Config{}, raw(t, func(c net.Conn) {
						heard(c)
						if hasBegun {
							io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
						}
						asked <- true
						io.Copy(io.Discard, c)
						close(left)
					}), nil)
					c := s.dial(t)
					c.say("GET / HTTP/1.1\r\nHost: shop.localhost\r\n" + fields + "\r\n")
					<-asked
					if hasBegun {
						read(t, c.Conn)
					}
					row.leave(c.Conn.(*net.TCPConn))
					<-left
				})
			}
		}
	}
}
