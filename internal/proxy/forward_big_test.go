package proxy

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"testing"
)

// much is more than anybody would keep in memory without being seen.
const much = 1 << 30

func TestWhateverIsCarriedTakesNoMoreMemory(t *testing.T) {
	at := stand(t, Config{}, behind(t, func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		w.Header().Set("X-Got", fmt.Sprint(n))
		if r.Method == "GET" {
			io.Copy(w, io.LimitReader(nothing{}, much))
		}
	}))
	for _, row := range []struct {
		method string
		body   io.Reader
		length int64
		got    int64
	}{
		{"PUT", io.LimitReader(nothing{}, much), much, 0}, {"POST", io.LimitReader(nothing{}, much), -1, 0}, {"GET", nil, 0, much},
	} {
		before := allocated()
		r, _ := http.NewRequestWithContext(t.Context(), row.method, "http://"+at+"/", row.body)
		r.Host, r.ContentLength = shop, row.length
		client := http.Client{Transport: &http.Transport{}}
		res, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, res.Body)
		res.Body.Close()
		client.CloseIdleConnections()
		if err != nil || n != row.got || row.body != nil && res.Header.Get("X-Got") != fmt.Sprint(much) {
			t.Errorf("%s: %d bytes of answer, %v, %s at the upstream", row.method, n, err, res.Header.Get("X-Got"))
		}
		if grown := allocated() - before; grown > 8<<20 {
			t.Errorf("%s: %d KiB were allocated on the way", row.method, grown>>10)
		}
	}
}

// allocated is how much was, in all, whatever became of it.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
