package proxy

import (
	"io"
	"net"
	"testing"
	"time"
)

func TestServingEndsThoughAnUpstreamTakesNothing(t *testing.T) {
	stop, isHeard := make(chan struct{}), make(chan struct{})
	defer close(stop)
	route := raw(t, func(c net.Conn) {
		heard(c)
		close(isHeard)
		<-stop
	})
	s := standHot(t, Config{}, route, nil)
	c, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(c, "POST /up HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 100000000\r\n\r\n")
	<-isHeard
	for b := make([]byte, 1<<20); err == nil; _, err = c.Write(b) {
		c.SetWriteDeadline(time.Now().Add(500 * time.Millisecond)) // until nothing more has room on the way
	}
	c.Close()
	s.end()
	s.wait()
}
