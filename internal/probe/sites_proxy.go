package probe

import (
	"net/http"
	"strings"

	"github.com/limenhq/limen"
)

// proxySites pass on what others ask and answer. A forward proxy is known by
// its own refusal of a request that is not for it, or of one for a host that
// cannot exist (RFC 6761 §6.4). That an absolute URL is answered says nothing:
// every server must take one (RFC 9112 §3.2.2).
var proxySites = []Site{
	{
		Name: "Squid", Protocol: "http-proxy", Ports: []uint16{3128}, Programs: []string{"squid", "squid3"},
		Read: func(r *Reply, s *limen.Service) bool {
			// GET / with no host in it is no valid URL to a forward proxy;
			// Squid before a server of its own would have fetched the page.
			return r.Status == 400 && strings.HasPrefix(r.Header.Get("X-Squid-Error"), "ERR_INVALID_URL") && readServer("squid")(r, s)
		},
	},
	{
		Name: "Squid", Programs: []string{"squid", "squid3"},
		Read: func(r *Reply, s *limen.Service) bool {
			return r.Header.Get("X-Squid-Error") != "" && readServer("squid")(r, s)
		},
	},
	{
		Name: "tinyproxy", Protocol: "http-proxy", Ports: []uint16{8888}, Programs: []string{"tinyproxy"},
		Read: func(r *Reply, s *limen.Service) bool {
			refuses := r.Status == 400 || r.Status == 403 || r.Status == 407
			return refuses && readServer("tinyproxy")(r, s)
		},
	},
	{
		Name: "mitmproxy", Protocol: "http-proxy", Programs: []string{"mitmproxy", "mitmdump", "mitmweb"},
		Read: func(r *Reply, s *limen.Service) bool {
			m := mitmproxy.FindStringSubmatch(r.Header.Get("Server"))
			if m == nil || r.Status < 400 {
				return false
			}
			s.Version = m[1]
			return true
		},
	},
	{
		Name: "Privoxy", Protocol: "http-proxy", Ports: []uint16{8118}, Programs: []string{"privoxy"},
		Sign: func(root *Reply) bool { return root.Header.Get("Proxy-Agent") != "" },
		Path: nowhere,
		Read: func(r *Reply, s *limen.Service) bool {
			m := privoxy.FindStringSubmatch(r.Header.Get("Proxy-Agent"))
			if m == nil {
				return false
			}
			s.Version = m[1]
			return true
		},
	},
	{
		Protocol: "http-proxy", Ports: []uint16{3128, 8118, 8123, 8888},
		Sign: func(root *Reply) bool {
			return root.Status == http.StatusProxyAuthRequired || root.Header.Get("Proxy-Agent") != ""
		},
		Path: nowhere,
		Read: isProxy,
	},
	{
		Name: "Varnish", Programs: []string{"varnishd", "varnish", "cache-main"}, Ports: []uint16{6081},
		Read: func(r *Reply, s *limen.Service) bool {
			if r.Header.Get("X-Varnish") == "" {
				return false
			}
			if m := varnish.FindStringSubmatch(r.Header.Get("Via")); m != nil {
				s.Version = m[1]
			}
			return true
		},
	},
	{
		Name: "HAProxy", Programs: []string{"haproxy"},
		Read: func(r *Reply, s *limen.Service) bool {
			if m := haproxyPage.FindSubmatch(r.Body); m != nil && title(r) == "Statistics Report for HAProxy" {
				s.Version = string(m[1])
				return true
			}
			return r.Header.Get("Server") == "" && haproxyErrors[string(r.Body)]
		},
	},
	{
		Name: "Traefik", Programs: []string{"traefik"},
		Sign: func(root *Reply) bool { return leads(root, "/dashboard/") },
		Path: "/api/version",
		Read: func(r *Reply, s *limen.Service) bool {
			var answer struct{ Version, Codename string }
			if !leads(r.Root, "/dashboard/") || !decode(r, &answer) || answer.Codename == "" || !isVersion(answer.Version) {
				return false
			}
			s.Version, s.Authentication = answer.Version, limen.AuthenticationNone
			return true
		},
	},
}

// nowhere is a page of a host that cannot exist.
const nowhere = "http://limen.invalid/"

// isProxy reports whether r is how a proxy says that it found no such host: as
// a gateway, and with its name or as a proxy. A server that gives everybody
// its own page, or its own error, says neither.
func isProxy(r *Reply, _ *limen.Service) bool {
	if r.Status == http.StatusProxyAuthRequired {
		return r.Header.Get("Proxy-Authenticate") != ""
	}
	if r.Root.Status >= 500 || r.Status < 502 || r.Status > 504 {
		return false
	}
	return r.Header.Get("Via") != "" || r.Header.Get("Proxy-Agent") != "" || r.holds("limen.invalid")
}

var (
	mitmproxy   = newPattern(`^mitmproxy (\d[\w.]{0,20})$`)
	privoxy     = newPattern(`^Privoxy (\d[\w.]{0,20})$`)
	varnish     = newPattern(`\(Varnish/(\d[\w.]{0,20})\)`)
	haproxyPage = newPattern(`HAProxy version (\d[\w.+~-]{0,40}), released`)
)

// haproxyErrors are whole pages that are built into HAProxy (src/http.c,
// http_err_msgs).
var haproxyErrors = map[string]bool{
	"<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>\n":      true,
	"<html><body><h1>502 Bad Gateway</h1>\nThe server returned an invalid or incomplete response.\n</body></html>\n":      true,
	"<html><body><h1>403 Forbidden</h1>\nRequest forbidden by administrative rules.\n</body></html>\n":                    true,
	"<html><body><h1>400 Bad request</h1>\nYour browser sent an invalid request.\n</body></html>\n":                       true,
	"<html><body><h1>401 Unauthorized</h1>\nYou need a valid user and password to access this content.\n</body></html>\n": true,
	"<html><body><h1>504 Gateway Time-out</h1>\nThe server didn't respond in time.\n</body></html>\n":                     true,
}
