package proxy

import (
	"io"
	"net/http"
	"slices"
	"testing"

	"golang.org/x/net/http2"
)

var h2WebSocket = []string{":method: CONNECT", ":protocol: websocket", ":scheme: https", ":authority: shop.localhost", ":path: /hmr?token=1",
	"sec-websocket-version: 13", "origin: https://shop.localhost"}

func TestH2SaysThatItTakesWebSockets(t *testing.T) {
	p, _ := peerH2(t, h2Echo, h2Limits{})
	f, err := p.ReadFrame()
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := f.(*http2.SettingsFrame).Value(http2.SettingEnableConnectProtocol); v != 1 || !ok {
		t.Errorf("SETTINGS_ENABLE_CONNECT_PROTOCOL is %d", v)
	}
}

func TestH2AWebSocketGoesBothWaysAtOnce(t *testing.T) {
	seen := make(chan *http.Request, 1)
	p, _ := peerH2(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen <- r
		w.WriteHeader(http.StatusOK)
		io.Copy(w, r.Body)
	}), h2Limits{})
	p.WriteSettings()
	p.ask(1, false, h2WebSocket...)
	p.until("200 1")
	r := <-seen
	if r.Method != "CONNECT" || r.URL.String() != "/hmr?token=1" || r.Host != "shop.localhost" ||
		!slices.Equal(r.Header[":protocol"], []string{"websocket"}) || r.ContentLength != -1 {
		t.Errorf("%s %s %s %v", r.Method, r.URL, r.Host, r.Header)
	}
	for _, word := range []string{"ping", "x", "hello"} {
		p.data(1, word)
		p.until("DATA 1 " + string(rune('0'+len(word))))
	}
	p.last(1, "")
	p.until("DATA 1 0 end")
}

func TestH2EachHalfOfATunnelEndsByItself(t *testing.T) {
	p, _ := peerH2(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "bye")
		if err := w.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
			t.Error(err)
		}
		if b, err := io.ReadAll(r.Body); string(b) != "still here" || err != nil {
			t.Errorf("%q, %v", b, err)
		}
	}), h2Limits{})
	p.WriteSettings()
	p.ask(1, false, h2WebSocket...)
	p.until("DATA 1 3", "DATA 1 0 end")
	p.last(1, "still here")
	p.alive()
}

func TestH2ATunnelThatIsRefusedIsAnOrdinaryAnswer(t *testing.T) {
	p, _ := peerH2(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "no", http.StatusForbidden)
	}), h2Limits{})
	p.WriteSettings()
	p.ask(1, false, h2WebSocket...)
	p.until("403 1", "DATA 1 3", "RST 1 NO_ERROR")
}

func TestH2AWebSocketEndsWithItsClient(t *testing.T) {
	over := make(chan error, 1)
	p, _ := peerH2(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		<-r.Context().Done()
		_, err := r.Body.Read(make([]byte, 1))
		over <- err
	}), h2Limits{})
	p.WriteSettings()
	p.ask(1, false, h2WebSocket...)
	p.until("200 1")
	p.WriteRSTStream(1, http2.ErrCodeCancel)
	if err := <-over; err == nil || err == io.EOF {
		t.Errorf("what was cut looks whole: %v", err)
	}
	p.alive()
}
