package view

import (
	"strings"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

func webServer() *limen.Service {
	return &limen.Service{
		Protocol: "https", Product: "nginx", Version: "1.22.1", Title: "Welcome to nginx!",
		TLS:            &limen.TLS{Version: "1.3", Names: []string{"shop.localhost", "localhost"}, Expires: noon.AddDate(0, 1, 0), Issuer: "limen"},
		Authentication: limen.AuthenticationNone, Confidence: limen.Exchanged,
		Evidence: []limen.Evidence{{What: "HTTP/1.1 200 OK", From: "the answer to GET /"}},
	}
}

func hostile() *limen.Service {
	return &limen.Service{
		Protocol: "ssh", Product: "Open\x1b[2JSSH", Version: "9\u202e.2", Title: "\xff\a", Confidence: limen.Told,
		Evidence: []limen.Evidence{{What: "SSH\x1b]0;x\a", From: "its banner"}},
	}
}

func TestServicesAreListed(t *testing.T) {
	s := limen.Snapshot{Time: noon, Listeners: []limen.Listener{
		listener("tcp/127.0.0.1:443", limen.Self, root), listener("tcp/127.0.0.1:2222", limen.Self, root),
		listener("tcp/127.0.0.1:3000", limen.Self, root), listener("tcp/127.0.0.1:8009", limen.Self, root),
	}}
	s.Listeners[0].Service, s.Listeners[1].Service = webServer(), hostile()
	s.Listeners[3].Service = &limen.Service{Protocol: "castv2", Confidence: limen.Guessed}
	for _, f := range []Format{Table, CSV} {
		var b strings.Builder
		if err := Snapshot(&b, s, f, Options{Columns: []string{"port", "service", "tls"}}); err != nil {
			t.Fatal(err)
		}
		checkGolden(t, "service/list."+f.Name, b.String())
	}
}

func TestIdentitiesAreToldInEveryFormat(t *testing.T) {
	all := limen.Identities{
		Identities: []limen.Identity{
			{Endpoint: limen.MustParseEndpoint("tcp/127.0.0.1:443"), Service: webServer(), Owners: []limen.Owner{sole(process(812, "nginx", time.Hour))}},
			{Endpoint: limen.MustParseEndpoint("tcp/127.0.0.1:2222"), Service: hostile()},
			{Endpoint: limen.MustParseEndpoint("tcp/127.0.0.1:3000"), Why: "it answers nothing that limen knows to ask"},
		},
		Gaps: []limen.Gap{{What: "the sockets of 12 processes", Why: "only root may look", Next: "run limen as root"}},
	}
	for _, f := range Formats {
		var b strings.Builder
		if err := Identities(&b, all, f, Options{}); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(b.String(), "\x1b\a\u202e") {
			t.Errorf("%s: foreign text is not harmless: %q", f.Name, b.String())
		}
		checkGolden(t, "service/identities."+f.Name, b.String())
	}
}
