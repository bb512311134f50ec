package probe

import (
	"strings"

	"github.com/limenhq/limen"
)

// serverSites say in the field Server what they are (RFC 9110 §10.2.4). Anybody
// may write there what he likes, and what stands before a server may pass on
// what stands behind it; so those that are copied most are believed only with
// the habits of the real one.
var serverSites = []Site{
	says("OpenResty", "openresty", "openresty").with(isNginx),
	says("Tengine", "Tengine", "tengine").with(isNginx),
	says("nginx", "nginx", "nginx").with(isNginx),
	says("IBM HTTP Server", "IBM_HTTP_Server", "ibm-http-server").with(isApache),
	says("Apache", "Apache", "apache2", "httpd", "apache").with(isApache),
	says("Caddy", "Caddy", "caddy"),
	says("lighttpd", "lighttpd", "lighttpd"),
	says("LiteSpeed", "LiteSpeed", "litespeed", "openlitespeed"),
	says("H2O", "h2o", "h2o"),
	says("Cherokee", "Cherokee", "cherokee"),
	says("thttpd", "thttpd", "thttpd"),
	says("mini_httpd", "mini_httpd", "mini_httpd"),
	says("Microsoft IIS", "Microsoft-IIS", "w3wp"),
	says("Microsoft HTTPAPI", "Microsoft-HTTPAPI"),
	says("ASP.NET Kestrel", "Kestrel", "dotnet"),
	says("Envoy", "envoy", "envoy"),
	says("Tomcat", "Apache-Coyote", "tomcat", "catalina").with(dropVersion), // 1.1 is Coyote's, up to Tomcat 8
	{
		Name: "Jetty", Programs: []string{"jetty"},
		Read: func(r *Reply, s *limen.Service) bool {
			m := jettyServer.FindStringSubmatch(r.Header.Get("Server"))
			if m != nil {
				s.Version = m[1]
			}
			return m != nil && !isNode(r)
		},
	},
	says("WildFly", "WildFly", "wildfly", "jboss"),
	says("GlassFish", "GlassFish", "glassfish"),
	says("Cowboy", "Cowboy").with(dropVersion),
	says("Zope", "Zope", "zope"),
	says("Boa", "Boa", "boa"),
	says("GoAhead", "GoAhead-Webs", "goahead"),
	says("Mongoose", "Mongoose", "mongoose"),
	says("MiniServ", "MiniServ", "webmin"),
	says("Oracle HTTP Server", "Oracle-HTTP-Server"),
	says("Phusion Passenger", "Phusion_Passenger", "passenger"),
	says("Thin", "thin", "thin"),
	says("Bandit", "Bandit"),
}

var jettyServer = newPattern(`^Jetty\((\d[\w.\-]{0,40})\)`)

// says is a site whose field Server begins with token.
func says(name, token string, programs ...string) Site {
	return Site{Name: name, Programs: programs, Read: readServer(token)}
}

// readServer reads the version from a field Server that begins with token.
func readServer(token string) func(*Reply, *limen.Service) bool {
	return func(r *Reply, s *limen.Service) bool {
		first, _, _ := strings.Cut(r.Header.Get("Server"), " ")
		name, version, _ := strings.Cut(first, "/")
		if !strings.EqualFold(name, token) || isNode(r) {
			return false
		}
		if isVersion(version) {
			s.Version = version
		}
		return true
	}
}

// with is s, known only where is also says so.
func (s Site) with(is func(*Reply, *limen.Service) bool) Site {
	read := s.Read
	s.Read = func(r *Reply, found *limen.Service) bool { return read(r, found) && is(r, found) }
	return s
}

// dropVersion is for fields whose number is of something else.
func dropVersion(_ *Reply, s *limen.Service) bool {
	s.Version = ""
	return true
}

// isNginx reports whether r has the habits of nginx, which answers every
// HTTP/1.1 with its own version, name before date (ngx_http_header_filter).
func isNginx(r *Reply, _ *limen.Service) bool {
	return r.Proto == "HTTP/1.1" && r.begins("Server", "Date")
}

// isApache reports whether r has the habits of Apache: date before name
// (ap_basic_http_header, modules/http/http_filters.c).
func isApache(r *Reply, _ *limen.Service) bool {
	return r.Proto == "HTTP/1.1" && r.begins("Date", "Server")
}
