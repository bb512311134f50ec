package proxy

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// mixings are requests of all kinds, each with words of its own in it, which the answer
// has to have, and no other's.
var mixings = []struct {
	method, fields string
	size           int  // of the words in the body
	isChunked      bool // the request's body
}{
	{"GET", "", 0, false},
	{"GET", "Via: 1.1 x\r\n", 0, false},
	{"GET", "Connection: Upgrade\r\nUpgrade: x\r\n", 0, false},
	{"HEAD", "", 0, false},
	{"POST", "", 10, false},
	{"POST", "", 10_000, true},
	{"PUT", "Via: 1.1 x\r\n", 10_000, true},
	{"POST", "", 400_000, false},
	{"DELETE", "", 100, false},
	{"PUT", "", 200_000, true},
}

// mixed answers with what it was asked, by a framing that the path says.
func mixed(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	word := r.Header.Get("X-Word")
	w.Header().Set("X-Word", word)
	w.Header().Set("Trailer", "X-Last")
	switch r.URL.Path {
	case "/length":
		delete(w.Header(), "Trailer")
		w.Header().Set("Content-Length", strconv.Itoa(len(word)+len(body)))
	case "/early":
		w.WriteHeader(http.StatusEarlyHints)
	case "/empty":
		w.WriteHeader(http.StatusNoContent)
		return
	case "/close":
		w.Header().Set("Connection", "close")
	}
	io.WriteString(w, word)
	if r.URL.Path == "/parts" {
		w.(http.Flusher).Flush()
	}
	w.Write(body)
	w.Header().Set("X-Last", word)
}

func TestNobodyGetsTheAnswerOfAnother(t *testing.T) {
	s := standHot(t, Config{}, behind(t, mixed), nil)
	s.proxy.Record(&shelf{ended: make(chan bool, 64*20)})
	paths := []string{"length", "chunks", "early", "empty", "close", "parts"}
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			dice := rand.New(rand.NewPCG(uint64(i), 7))
			var c *talk
			for j := range 20 {
				if c == nil || j%7 == 6 {
					if c != nil {
						c.Close()
					}
					c = s.dial(t)
					c.SetDeadline(time.Now().Add(2 * time.Minute)) // 64 of them take a while
				}
				m, path := mixings[dice.IntN(len(mixings))], paths[dice.IntN(len(paths))]
				word := fmt.Sprintf("<%d.%d>", i, j)
				if err := mix(c, word, m.method, path, m.fields, strings.Repeat(word, m.size/len(word)), m.isChunked); err != nil {
					t.Errorf("%s %s of %d bytes: %v", m.method, path, m.size, err)
					return
				}
			}
		})
	}
	all.Wait()
}

// mix asks, and reports what is wrong with the answer.
func mix(c *talk, word, method, path, fields, body string, isChunked bool) error {
	text := method + " /" + path + " HTTP/1.1\r\n" + shopHost + "X-Word: " + word + "\r\n" + fields
	if isChunked {
		text += chunkedBody + fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	} else {
		text += fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
	}
	if _, err := io.WriteString(c, text); err != nil {
		return err
	}
	for {
		res, err := http.ReadResponse(c.in, &http.Request{Method: method})
		if err != nil {
			return err
		}
		if res.StatusCode < 200 {
			continue
		}
		got, err := io.ReadAll(res.Body)
		want := word + body
		if method == "HEAD" || path == "empty" {
			want = ""
		}
		last := res.Trailer.Get("X-Last")
		if err != nil || string(got) != want || res.Header.Get("X-Word") != word || last != "" && last != word {
			return fmt.Errorf("%d %v, %d bytes of %d: %.40q, %q, %v", res.StatusCode, res.Header, len(got), len(want), got, last, err)
		}
		return nil
	}
}
