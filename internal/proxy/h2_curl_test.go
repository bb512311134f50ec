package proxy

import (
	"bytes"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/limenhq/limen/internal/nettest"
)

func TestH2AnswersCurl(t *testing.T) {
	curl := nettest.Need(t, "curl")
	if b, _ := exec.Command(curl, "--version").Output(); !bytes.Contains(b, []byte("HTTP2")) {
		nettest.Skip(t, "needs a curl that knows HTTP/2")
	}
	p := serveH2(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Proto", r.Proto)
		w.WriteHeader(http.StatusEarlyHints)
		n, err := io.Copy(w, r.Body)
		if err != nil || r.Method == "POST" && n != 3<<20 {
			t.Errorf("%s: %d bytes, %v", r.Method, n, err)
		}
	}), h2Limits{}, true)
	run := func(body io.Reader, args ...string) string {
		c := exec.Command(curl, append([]string{"--http2", "-sSk", "--max-time", "30"}, args...)...)
		c.Stdin = body
		b, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("curl %v: %v: %.200s", args, err, b)
		}
		return string(b)
	}
	got := run(nil, "-i", p.url("/"))
	if !strings.HasPrefix(got, "HTTP/2 103") || !strings.Contains(got, "HTTP/2 200") || !strings.Contains(got, "x-proto: HTTP/2.0") {
		t.Errorf("%q", got)
	}
	if got := run(zeros(3<<20), "--data-binary", "@-", p.url("/"), "-H", "Expect: 100-continue"); len(got) != 3<<20 {
		t.Errorf("%d bytes came back", len(got))
	}
	if got := run(nil, "-w", "%{http_code} ", "-Z", p.url("/[1-50]")); strings.Count(got, "200 ") != 50 {
		t.Errorf("%q", got)
	}
}
