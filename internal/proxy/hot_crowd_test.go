package proxy

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

const getShop = "GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n"

func TestTheIdlestGoesWhereThereIsNoRoomOnTheShortWay(t *testing.T) {
	s := standHot(t, Config{Connections: 2}, says(t, okay), nil)
	first := s.dial(t)
	first.say(getShop)
	first.hear("GET")
	second := s.dial(t)
	second.say(getShop)
	second.hear("GET")
	third := s.dial(t)
	third.say(getShop)
	if status, _ := third.hear("GET"); status != 200 {
		t.Errorf("who comes is answered with %d", status)
	}
}

func TestWhenServingEndsTheShortWayAnswersWhatIsUnderWay(t *testing.T) {
	arrived, goOn := make(chan bool), make(chan bool)
	s := standHot(t, Config{}, behind(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			arrived <- true
			<-goOn
		}
		greet(w, r)
	}), func(f *front) { f.drain = func() time.Duration { return drainTime } })
	idle, slow := s.dial(t), s.dial(t)
	idle.say(getShop)
	idle.hear("GET")
	slow.say("GET /slow HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
	<-arrived
	s.end()
	idle.hearEnd()
	close(goOn)
	res, err := http.ReadResponse(slow.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(res.Body); string(body) != "GET /slow" || !res.Close {
		t.Errorf("it is answered with %q, and %v", body, res.Header)
	}
	slow.hearEnd()
	slow.Close()
	s.wait()
	if s.long.Load() > 0 {
		t.Error("it went the long way")
	}
}

// What is cut off must not leave a connection to an upstream that says nothing.
func TestWhatIsCutOffLetsGoOfItsUpstream(t *testing.T) {
	arrived, gone := make(chan bool), make(chan bool)
	s := standHot(t, Config{}, raw(t, func(c net.Conn) {
		heard(c)
		arrived <- true
		io.Copy(io.Discard, c)
		close(gone)
	}), nil)
	c := s.dial(t)
	c.say(getShop)
	<-arrived
	s.end()
	<-gone
	s.wait()
	if b, _ := io.ReadAll(c.in); strings.Contains(string(b), "HTTP/1.1 2") {
		t.Errorf("the client gets %q", b)
	}
}
