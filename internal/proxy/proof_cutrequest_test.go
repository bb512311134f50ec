package proxy_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// cutRequests are whole requests. Of less than all of one no upstream may make a
// whole one.
var cutRequests = []struct {
	name, text string
	again      int // how often it is cut at each byte: who is late decides what becomes of it
}{
	{"a head alone", "GET /%d HTTP/1.1\r\nHost: shop.localhost\r\nX-A: b\r\n\r\n", 1},
	{"a length", "POST /%d HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 11\r\n\r\nhello world", 2},
	{"chunks", "POST /%d HTTP/1.1\r\nHost: shop.localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", 2},
	{"chunks and trailers", "PUT /%d HTTP/1.1\r\nHost: shop.localhost\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\nX-Sum: 1\r\n\r\n", 2},
	{"by HTTP/2", preface2(), 10},
}

// preface2 is a client of HTTP/2 that sends one request with a body.
func preface2() string {
	var all, block bytes.Buffer
	all.WriteString(http2.ClientPreface)
	f := http2.NewFramer(&all, nil)
	f.WriteSettings()
	e := hpack.NewEncoder(&block)
	for _, field := range []hpack.HeaderField{
		{Name: ":method", Value: "POST"}, {Name: ":scheme", Value: "http"}, {Name: ":authority", Value: shop}, {Name: ":path", Value: "/%d"},
	} {
		field.Sensitive = true // in letters as they are, without Huffman's code
		e.WriteField(field)
	}
	// The number that the path ends with has four digits; here are only two.
	text := bytes.Replace(block.Bytes(), []byte("\x03/%d"), []byte("\x05/%04d"), 1)
	f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: text, EndHeaders: true})
	f.WriteData(1, false, []byte("hello "))
	f.WriteData(1, true, []byte("world"))
	return all.String()
}

func TestNoRequestThatBrokeOffLooksWhole(t *testing.T) {
	leavesNothing(t)
	var mu sync.Mutex // guards whole
	var whole []string
	l := listening(t)
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			return
		}
		mu.Lock()
		whole = append(whole, r.URL.Path)
		mu.Unlock()
	})}
	var serving sync.WaitGroup
	serving.Go(func() { s.Serve(l) }) // until it is closed
	t.Cleanup(func() { s.Close(); serving.Wait() })

	at := answering(t, l.Addr().String())
	may := map[string]bool{} // be whole
	var must []string
	isThere := func(path string) bool {
		mu.Lock()
		defer mu.Unlock()
		return slices.Contains(whole, path)
	}
	wait := time.NewTicker(5 * time.Millisecond)
	defer wait.Stop()
	number := 1000
	var open []visitor
	for _, row := range cutRequests {
		for _, isReset := range []bool{false, true} {
			length := len(fmt.Sprintf(row.text, 1000))
			for i := range (length + 1) * row.again {
				n := i / row.again
				number++
				text := fmt.Sprintf(row.text, number)
				if n == length {
					may[fmt.Sprint("/", number)] = true
					if !isReset {
						must = append(must, fmt.Sprint("/", number))
					}
				}
				c := visit(t, at)
				io.WriteString(c, text[:n])
				if isReset {
					reset(c.TCPConn)
					continue
				}
				if n < length {
					c.CloseWrite()
				}
				open = append(open, c)
			}
		}
	}
	for _, path := range must {
		for i := 0; !isThere(path); i++ {
			if <-wait.C; i == 2000 {
				t.Fatalf("%s was whole, and does not come", path)
			}
		}
	}
	for _, c := range open {
		c.CloseWrite() // of those that were whole
		io.Copy(io.Discard, c)
		c.Close()
	}
	if err := s.Shutdown(t.Context()); err != nil { // when it has answered all that it will
		t.Error(err)
	}
	mu.Lock()
	defer mu.Unlock()
	for _, path := range whole {
		if !may[path] {
			t.Errorf("%s broke off, and the upstream took it for whole", path)
		}
	}
}
