package proxy

import (
	"net/http"

	"github.com/limenhq/limen"
)

// mostNames is how many names an answer lists.
const mostNames = 40

// unknown answers a request for a name that leads nowhere.
func (p *Proxy) unknown(w http.ResponseWriter, r *http.Request) {
	if p.table.standsForAll() {
		p.foreign(w, r)
		return
	}
	if p.admit(w, r) {
		return
	}
	s := saying{
		status: http.StatusNotFound, proxy: "destination_not_found",
		Error: limen.Error{Kind: limen.NotFound, What: "no name was asked for", Why: "servers are told apart by their names here, and none was said", Next: "open it by its name; limen route ls shows all"},
	}
	if name := namedIn(r.Host); name != "" {
		s.What, s.Why = "nothing here is called "+name, "no server of this machine has this name"
		s.Next, s.code = "start the server that is to have it, or let the name lead to a port", "limen route add "+name+" 3000"
	}
	if p.mayList(r) {
		s.names = p.table.names()
		if s.left = len(s.names) - mostNames; s.left > 0 {
			s.names = s.names[:mostNames]
		}
	}
	say(w, r, s)
}

// namedIn is the name in a Host field that a route could have, empty if there
// is none.
func namedIn(host string) string {
	name, err := limen.ParseHost(hostIn(host))
	if err != nil || name == "localhost" || isNumber(name) {
		return ""
	}
	return name
}

// misdirected answers a request that came over another name's connection.
func (p *Proxy) misdirected(w http.ResponseWriter, r *http.Request) {
	say(w, r, saying{
		status: http.StatusMisdirectedRequest, proxy: "destination_not_found",
		Error: limen.Error{Kind: limen.Invalid, What: "cannot answer on this connection", Why: "the connection was made for another name, whose certificate does not cover this one", Next: "ask again on a connection of its own"},
	})
}

// foreign answers a request for a name that this machine does not go by, to what
// stands before a server of its own.
func (p *Proxy) foreign(w http.ResponseWriter, r *http.Request) {
	say(w, r, saying{
		status: http.StatusMisdirectedRequest, proxy: "destination_not_found",
		Error: limen.Error{
			Kind: limen.Denied, What: "cannot answer for this name", Why: "it is none of this machine's, so a page from elsewhere may be asking (DNS rebinding)",
			Next: "ask for localhost, or for a name that limen route ls shows",
		},
	})
}

// strayed answers a request whose path leads out of its route.
func (p *Proxy) strayed(w http.ResponseWriter, r *http.Request) {
	say(w, r, saying{
		status: http.StatusBadRequest, proxy: "http_request_error",
		Error: limen.Error{Kind: limen.Invalid, What: "cannot tell whom this path is for", Why: "as it is written it belongs to one server, and once its dots are taken out, to another", Next: "ask for it without dots"},
	})
}
