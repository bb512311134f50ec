package serve

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/limenhq/limen"
)

// tellStatuses puts the status of each request into a channel with room for it.
func tellStatuses(seen chan<- int) func(limen.Served) {
	return func(item limen.Served) {
		if item.Request != nil {
			seen <- item.Request.Status
		}
	}
}

// seeFault is what a raw socket sees of a fault.
func seeFault(t *testing.T, name string) (head string, body string, err error) {
	t.Helper()
	address, _ := listening(t, Config{Root: t.TempDir()})
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "GET /_limen/fault/"+name+" HTTP/1.1\r\nHost: localhost\r\n\r\n")
	b, err := io.ReadAll(c)
	head, body, ok := strings.Cut(string(b), "\r\n\r\n")
	if !ok || !strings.HasPrefix(head, "HTTP/1.1 200 OK\r\n") {
		t.Fatalf("%s: %q, %v", name, b, err)
	}
	return head, body, err
}

func TestFaultsAreSeenOnTheWire(t *testing.T) {
	half := faultText[:len(faultText)/2]
	for name, check := range map[string]func(head, body string, err error) bool{
		"truncate": func(head, body string, err error) bool {
			return body == half && err == nil && strings.Contains(head, length(len(faultText)+1))
		},
		"reset": func(head, body string, err error) bool {
			return errors.Is(err, syscall.ECONNRESET) && strings.HasPrefix(faultText, body)
		},
		"drip": func(head, body string, err error) bool { return body == faultText && err == nil },
		"wrong-length": func(head, body string, err error) bool {
			return body == faultText && strings.Contains(head, length(len(half))) && err == nil
		},
		"bad-chunk": func(head, body string, err error) bool {
			return strings.Contains(head, "Transfer-Encoding: chunked") && strings.Contains(body, half+"\r\nlimen\r\n") && err == nil
		},
		"duplicate-header": func(head, body string, err error) bool {
			return strings.Count(head, "Content-Length: ") == 2 && body == faultText && err == nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if head, body, err := seeFault(t, name); !check(head, body, err) {
				t.Errorf("%q %q %v", head, body, err)
			}
		})
	}
}

// A client that keeps to the standard refuses each of them but the one that is
// only slow.
func TestAGoodClientRefusesWhatIsWrong(t *testing.T) {
	address, _ := listening(t, Config{Root: t.TempDir()})
	for _, f := range faults {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(c, "GET /_limen/fault/"+f.name+" HTTP/1.1\r\nHost: localhost\r\n\r\n")
		in := bufio.NewReader(c)
		answer, err := http.ReadResponse(in, nil)
		var body []byte
		if err == nil {
			body, err = io.ReadAll(answer.Body)
		}
		if err == nil {
			_, err = in.ReadByte() // more than was promised
			if errors.Is(err, io.EOF) {
				err = nil
			} else {
				err = errors.New("there is more")
			}
		}
		if isGood := err == nil && string(body) == faultText; isGood != (f.name == "drip") {
			t.Errorf("%s: %q, %v", f.name, body, err)
		}
		c.Close()
	}
}

func TestAllFaultsAreListed(t *testing.T) {
	w := serveWorld(t, Config{}, nil)
	answer, body := w.ask("GET", "/_limen/fault/none", "")
	if answer.StatusCode != http.StatusNotFound {
		t.Errorf("status %d", answer.StatusCode)
	}
	for _, f := range faults {
		if !strings.Contains(body, `"/_limen/fault/`+f.name+`": "`+f.doc) {
			t.Errorf("%s is not in %s", f.name, body)
		}
	}
}
