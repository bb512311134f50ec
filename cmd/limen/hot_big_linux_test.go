package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// mostMore is how much more memory a daemon may have while anything of any size
// goes through it. The largest part of it is what tests that look for races add.
const mostMore = 64 << 20

func TestMuchIsCarriedInConstantMemory(t *testing.T) {
	const gigabyte = 1 << 30
	much := int64(often(1, 10)) * gigabyte
	some := much / 16 // of what costs more, or takes the same way as another one
	upstream := startHandler(t, func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if err != nil {
			return
		}
		w.Header().Set("X-Got", fmt.Sprint(n))
		var size int64
		if _, err := fmt.Sscanf(r.URL.Path, "/length/%d", &size); err == nil {
			w.Header().Set("Content-Length", fmt.Sprint(size))
		} else {
			fmt.Sscanf(r.URL.Path, "/chunks/%d", &size)
		}
		io.Copy(w, zerosOf(size))
	})
	h := newHouse(t, itself(t), 0)
	h.wake()
	h.limen("route", "add", "shop", portOf(upstream))
	h.warm("shop")
	h.undisturbed()
	one, two := h.client(1), h.byTwo()
	for _, row := range []struct {
		name   string
		client *http.Client
		scheme string
		path   string
		up     io.Reader
		length int64 // of what goes up; -1 is in chunks
		down   int64
	}{
		{"down with a length", one, "http", "/length/%d", nil, 0, much},
		{"down in chunks", one, "http", "/chunks/%d", nil, 0, some},
		{"down over TLS", one, "https", "/length/%d", nil, 0, some},
		{"down by HTTP/2", two, "https", "/length/%d", nil, 0, some},
		{"up with a length", one, "http", "/", zerosOf(much), much, 0},
		{"up in chunks", one, "http", "/", zerosOf(some), -1, 0},
		{"up by HTTP/2", two, "https", "/", zerosOf(some), -1, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			memory := startGauge(t, h.pid())
			url := row.scheme + "://shop.localhost" + row.path
			if strings.Contains(row.path, "%d") {
				url = fmt.Sprintf(url, row.down)
			}
			method := "GET"
			want := int64(0)
			if row.up != nil {
				method, want = "POST", max(row.length, some)
			}
			r, err := http.NewRequestWithContext(t.Context(), method, url, row.up)
			if err != nil {
				t.Fatal(err)
			}
			r.ContentLength = row.length
			c := *row.client
			c.Timeout = 0 // ten gigabytes take longer than a minute
			a, err := c.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			n, err := io.Copy(io.Discard, a.Body)
			a.Body.Close()
			if err != nil || n != row.down || a.Header.Get("X-Got") != fmt.Sprint(want) {
				t.Errorf("%d of %d bytes come down, %s of %d go up: %v", n, row.down, a.Header.Get("X-Got"), want, err)
			}
			t.Logf("%d MiB more memory at most", memory.grown()>>20)
			if memory.grown() > mostMore {
				t.Errorf("it took %d MiB more memory", memory.grown()>>20)
			}
		})
	}
}

// startHandler is an upstream of net/http, until the test ends.
func startHandler(t testing.TB, handler http.HandlerFunc) (address string) {
	t.Helper()
	r := newRestless(t, handler)
	r.start()
	t.Cleanup(r.stop)
	return r.address
}
