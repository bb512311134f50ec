package proxy

import (
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/net/http2"
)

func TestH2WindowsAreKeptAsTheRFCSays(t *testing.T) {
	testH2Rows(t, h2WindowRows)
}

// big asks for 100,000 bytes.
func (p *h2Peer) big(id uint32) {
	p.ask(id, true, ":method: GET", ":scheme: https", ":authority: x", ":path: /big")
}

// wait asks for something that is answered never.
func (p *h2Peer) wait(id uint32) {
	p.ask(id, false, ":method: POST", ":scheme: https", ":authority: x", ":path: /wait")
}

var h2WindowRows = []h2Row{
	{"6.9 an answer stops at the stream's window", func(p *h2Peer) {
		p.set(http2.SettingInitialWindowSize, 10)
		p.big(1)
		p.until("DATA 1 10")
		p.window(1, 7)
	}, "DATA 1 7"},
	{"6.9 an answer stops at the connection's window", func(p *h2Peer) {
		p.set(http2.SettingInitialWindowSize, 1<<20)
		p.big(1)
		p.until("DATA 1 16383") // 65,535 bytes in frames of 16,384
		p.window(0, 3)
	}, "DATA 1 3"},
	{"6.9 one stream without a window stops no other", func(p *h2Peer) {
		p.set(http2.SettingInitialWindowSize, 0)
		p.big(1)
		p.until("200 1")
		p.set(http2.SettingInitialWindowSize, 16384)
		p.WriteRSTStream(1, http2.ErrCodeCancel)
		p.big(3)
	}, "DATA 3 16384"},
	{"6.9 answers without a body need no window", func(p *h2Peer) {
		p.set(http2.SettingInitialWindowSize, 1<<20)
		p.big(1)
		p.until("DATA 1 16383")
		p.big(3)
		p.until("200 3")
		p.get(5)
	}, "200 5 end"},
	{"6.9 WINDOW_UPDATE of 0 for the connection", func(p *h2Peer) { p.window(0, 0) }, "GOAWAY PROTOCOL_ERROR"},
	{"6.9 WINDOW_UPDATE of 0 for a stream", func(p *h2Peer) { p.wait(1); p.window(1, 0) }, "RST 1 PROTOCOL_ERROR"},
	{"6.9.1 the connection's window grows beyond 31 bits", func(p *h2Peer) {
		p.window(0, 1<<31-1)
	}, "GOAWAY FLOW_CONTROL_ERROR"},
	{"6.9.1 a stream's window grows beyond 31 bits", func(p *h2Peer) {
		p.wait(1)
		p.window(1, 1<<31-1)
	}, "RST 1 FLOW_CONTROL_ERROR"},
	{"6.9.2 SETTINGS change the windows that there are", func(p *h2Peer) {
		p.set(http2.SettingInitialWindowSize, 3)
		p.big(1)
		p.until("DATA 1 3")
		p.set(http2.SettingInitialWindowSize, 5)
	}, "DATA 1 2"},
	{"6.9.2 SETTINGS make a window less than nothing", func(p *h2Peer) {
		p.set(http2.SettingInitialWindowSize, 5)
		p.big(1)
		p.until("DATA 1 5")
		p.set(http2.SettingInitialWindowSize, 1) // minus 4
		p.window(1, 4)
		p.window(1, 9)
	}, "DATA 1 9"},
	{"6.9.2 SETTINGS make a window too large", func(p *h2Peer) {
		p.wait(1)
		p.window(1, 1<<31-1-65535)
		p.set(http2.SettingInitialWindowSize, 65536)
	}, "GOAWAY FLOW_CONTROL_ERROR"},
	{"6.9.1 more than a stream's window", func(p *h2Peer) {
		p.wait(1)
		for range 4 {
			p.data(1, strings.Repeat("x", 16384))
		}
	}, "RST 1 FLOW_CONTROL_ERROR"},
	{"6.9.1 padding counts", func(p *h2Peer) {
		p.wait(1)
		for range 3 {
			p.data(1, strings.Repeat("x", 16384))
		}
		p.data(1, strings.Repeat("x", 16384-205))
		p.WriteDataPadded(1, false, []byte("12345"), make([]byte, 199))
	}, "RST 1 FLOW_CONTROL_ERROR"},
	{"6.9.1 more than the connection's window", func(p *h2Peer) {
		for i := range uint32(17) {
			p.wait(2*i + 1)
			for range 3 {
				p.data(2*i+1, strings.Repeat("x", 16384))
			}
			p.data(2*i+1, strings.Repeat("x", 16383))
		}
	}, "GOAWAY FLOW_CONTROL_ERROR"},
	{"6.9 what a handler reads may be sent again", func(p *h2Peer) {
		p.post(1)
		for range 3 {
			p.data(1, strings.Repeat("x", 16384))
		}
	}, "WINDOW 1 *"},
	{"6.9 what nobody reads gives the connection its window back", func(p *h2Peer) {
		for i := range uint32(6) {
			p.wait(2*i + 1)
			for range 3 {
				p.data(2*i+1, strings.Repeat("x", 16384))
			}
			p.WriteRSTStream(2*i+1, http2.ErrCodeCancel)
		}
	}, "WINDOW 0 *"},
}

// zeros is a body of n bytes that nobody has in memory.
func zeros(n int64) io.Reader { return io.LimitReader(zero{}, n) }

type zero struct{}

func (zero) Read(p []byte) (int, error) { return len(p), nil }

func TestH2CarriesAGigabyteInConstantMemory(t *testing.T) {
	size := int64(1 << 30)
	if testing.Short() {
		size = 1 << 26
	}
	var most uint64
	p := serveH2(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if r.Method == http.MethodPost && (n != size || err != nil) {
			t.Errorf("%d bytes came, %v", n, err)
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapInuse)
		io.Copy(w, zeros(size))
	}), h2Limits{}, false)
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	res, err := p.client(t).Post(p.url("/"), "application/octet-stream", zeros(size))
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, res.Body)
	if n != size || err != nil {
		t.Errorf("%d bytes came back, %v", n, err)
	}
	var after runtime.MemStats
	runtime.ReadMemStats(&after)
	if most = max(most, after.HeapInuse); most > before.HeapInuse+32<<20 {
		t.Errorf("it took %d MiB", (most-before.HeapInuse)>>20)
	}
}

func TestH2AStalledUploadHoldsAWindowAndStopsNobody(t *testing.T) {
	release := make(chan struct{})
	p := serveH2(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/stalled" {
			<-release
		}
		n, _ := io.Copy(io.Discard, r.Body)
		if n != 1<<20 {
			t.Errorf("%s: %d bytes", r.URL.Path, n)
		}
	}), h2Limits{}, true)
	c := p.client(t)
	done := make(chan error)
	post := func(path string) {
		_, err := c.Post(p.url(path), "", zeros(1<<20))
		done <- err
	}
	for range 8 {
		go post("/stalled")
	}
	for range 20 {
		go post("/other")
	}
	for range 20 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	close(release)
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestH2ADownloadThatNobodyReadsStopsNobody(t *testing.T) {
	p, _ := peerH2(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/endless" {
			io.Copy(w, zero{})
			return
		}
		io.WriteString(w, "here")
	}), h2Limits{})
	p.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1000})
	for i := range uint32(20) {
		p.ask(2*i+1, true, ":method: GET", ":scheme: https", ":authority: x", ":path: /endless")
	}
	p.get(101)
	p.until("200 101", "DATA 101 4 end")
}

func TestH2StreamsTakeTurns(t *testing.T) {
	p, _ := peerH2(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.Copy(w, zero{}) }), h2Limits{})
	p.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 30})
	p.window(0, 1<<30)
	const streams = 5
	for i := range uint32(streams) {
		p.get(2*i + 1)
	}
	sent := map[uint32]int{}
	for range 1000 {
		f, err := p.ReadFrame()
		if err != nil {
			t.Fatal(err)
		}
		if d, ok := f.(*http2.DataFrame); ok {
			sent[d.StreamID] += len(d.Data())
		}
	}
	for i := range uint32(streams) {
		if share := 1000 * 16384 / streams; sent[2*i+1] < share/2 {
			t.Errorf("stream %d had %d bytes of %d", 2*i+1, sent[2*i+1], 1000*16384)
		}
	}
}
