package host

import (
	"net"
	"strconv"

	"github.com/limenhq/limen"
)

// sideProtocols are spoken by what is not the service itself.
var sideProtocols = []struct{ protocol, role string }{
	{"devtools", "debugger"},
	{"jdwp", "debugger"},
	{"dap", "debugger"},
	{"delve", "debugger"},
}

// roleOf says what an opening is for, if it is not the service itself.
func roleOf(service *limen.Service) string {
	if service == nil {
		return ""
	}
	for _, p := range sideProtocols {
		if service.Protocol == p.protocol || service.Product == p.protocol {
			return p.role
		}
	}
	return ""
}

// urlOf is where a browser would go for what answers at an endpoint; empty if
// nothing says that it speaks HTTP.
func urlOf(e limen.Endpoint, service *limen.Service) string {
	if service == nil || service.Protocol != "http" {
		return ""
	}
	scheme := "http"
	if service.TLS != nil {
		scheme = "https"
	}
	host := "localhost"
	if a := e.Address().Unmap(); !a.IsLoopback() && !a.IsUnspecified() {
		host = a.String()
	}
	return scheme + "://" + net.JoinHostPort(host, strconv.Itoa(int(e.Port())))
}
