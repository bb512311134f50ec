package probe

import (
	"net"
	"net/http"
	"net/netip"
	"testing"

	"github.com/limenhq/limen"
)

// serveH2C serves HTTP/2 in the clear until the test ends.
func serveH2C(t *testing.T, handler http.HandlerFunc) Target {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: handler, Protocols: new(http.Protocols)}
	server.Protocols.SetUnencryptedHTTP2(true)
	done := make(chan struct{})
	go func() {
		defer close(done)
		server.Serve(l)
	}()
	t.Cleanup(func() {
		server.Close()
		<-done
	})
	return Target{Endpoint: limen.Endpoint{Transport: limen.TCP, Addr: netip.MustParseAddrPort(l.Addr().String())}}
}

// reflects answers a call as grpc-go does, with its messages already encoded.
func reflects(code, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/grpc")
		w.Header().Set("Trailer", "Grpc-Status")
		w.Write([]byte(message))
		w.Header().Set("Grpc-Status", code)
	}
}

func TestGRPCIsProvedByItsReflection(t *testing.T) {
	const services = "\x00\x00\x00\x00\x3c" + // not compressed, 60 bytes
		"\x32\x3a" + // list_services_response
		"\x0a\x14\x0a\x12helloworld.Greeter" + // service, name
		"\x0a\x22\x0a\x20grpc.reflection.v1.ServerReflect"
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		want    limen.Service
	}{
		"that lists":         {reflects("0", services), limen.Service{Protocol: "grpc", Title: "helloworld.Greeter", Authentication: limen.AuthenticationNone}},
		"without":            {reflects("12", ""), limen.Service{Protocol: "grpc"}},
		"for those it knows": {reflects("16", ""), limen.Service{Protocol: "grpc", Authentication: limen.AuthenticationRequired}},
		"that is none":       {func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("hello")) }, limen.Service{Protocol: "http"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := ask(t, GRPC, serveH2C(t, test.handler))
			if got.Protocol != test.want.Protocol || got.Title != test.want.Title || got.Authentication != test.want.Authentication || got.Confidence != limen.Exchanged {
				t.Errorf("it is taken for %+v", got)
			}
		})
	}
}

func FuzzServicesIn(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x00\x08\x32\x06\x0a\x04\x0a\x02ab"))
	f.Fuzz(func(t *testing.T, b []byte) { servicesIn(b) })
}
