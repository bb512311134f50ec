package serve

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestOnlyTheSameOriginMayRead(t *testing.T) {
	for _, c := range []struct {
		origin, host string
		foreign      bool
	}{
		{"", "localhost:8008", false},
		{"http://localhost:8008", "localhost:8008", false},
		{"http://localhost:80", "localhost", false}, // the port that is not said
		{"http://localhost", "localhost:80", false},
		{"https://localhost:8008", "localhost:8008", true},
		{"http://localhost:3000", "localhost:8008", true},
		{"null", "localhost:8008", true},
		{"http://shop.localhost:8008", "localhost:8008", true},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = c.host
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		if got := isForeign(r); got != c.foreign {
			t.Errorf("a read by %q at %q: foreign is %v", c.origin, c.host, got)
		}
	}
}
