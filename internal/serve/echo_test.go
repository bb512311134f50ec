package serve

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestAnEchoIsTheRequestAsItCame(t *testing.T) {
	w := serveWorld(t, Config{}, nil)
	answer, body := w.ask("POST", "/_limen/echo?a=1&a=2&b", "hello", "X-One: 1", "Cookie: a=b; limen-8008=secret; limen=x; c=d; limenade=e")
	var got echo
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != 200 || got.Method != "POST" || got.Path != "/_limen/echo?a=1&a=2&b" || got.Body != "hello" || got.Headers.Get("X-One") != "1" ||
		len(got.Query["a"]) != 2 || "http://"+got.Host != w.url || got.Encoding != "" {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
	if c := got.Headers.Get("Cookie"); c != "a=b; c=d; limenade=e" {
		t.Errorf("cookies are %q; those of limen are no script's business", c)
	}
	if _, body = w.ask("PUT", "/_limen/echo", "\xff\x00"); !strings.Contains(body, `"encoding": "base64"`) {
		t.Errorf("bytes come back as %s", body)
	}
	if _, body = w.ask("POST", "/_limen/echo", strings.Repeat("x", mostEcho+1)); !strings.Contains(body, `"cut": true`) || len(body) > mostEcho+4096 {
		t.Errorf("of a large body come back %d bytes", len(body))
	}
}

func TestAStatusIsTheOneThatWasAskedFor(t *testing.T) {
	w := serveWorld(t, Config{}, nil)
	for path, want := range map[string]int{"418": 418, "204": 204, "304": 304, "500": 500, "200": 200, "599": 599, "401": 401, "302": 302, "100": 400, "600": 400, "x": 400, "": 400, "-1": 400, "200/x": 400} {
		answer, body := w.ask("GET", "/_limen/status/"+path, "")
		if answer.StatusCode != want {
			t.Errorf("%s: %d", path, answer.StatusCode)
		}
		if (want == 204 || want == 304) && body != "" {
			t.Errorf("%s: %q", path, body)
		}
	}
	if answer, _ := w.ask("GET", "/_limen/status/302", ""); answer.Header.Get("Location") == "" {
		t.Error("a redirect leads nowhere")
	}
	if answer, _ := w.ask("GET", "/_limen/status/401", ""); answer.Header.Get("Www-Authenticate") == "" {
		t.Error("401 asks for nothing")
	}
}

func TestADelayIsANumberOfSeconds(t *testing.T) {
	w := serveWorld(t, Config{}, nil)
	for path, want := range map[string]int{"0": 200, "0.001": 200, "-1": 400, "x": 400, "301": 400, "NaN": 400, "Inf": 400, "": 400} {
		if answer, _ := w.ask("GET", "/_limen/delay/"+path, ""); answer.StatusCode != want {
			t.Errorf("%s: %d; want %d", path, answer.StatusCode, want)
		}
	}
	if answer, _ := w.ask("DELETE", "/_limen/delay/0", ""); answer.StatusCode != http.StatusOK {
		t.Errorf("DELETE: %d", answer.StatusCode)
	}
}
