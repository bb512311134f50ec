package proxy

import (
	"net/http"
	"sync"
)

// An h2Name is what is known of a field's name, so that neither its case has to be
// changed nor its characters looked at.
type h2Name struct {
	name  string     // in lower case, as it is in HTTP/2
	index byte       // in the static table of RFC 7541, appendix A; 0 if it is not there
	rule  h2NameRule // if a request may not have it as it likes
}

// An h2NameRule is what RFC 9113 says about a field.
type h2NameRule byte

const (
	h2AnyField     h2NameRule = iota
	h2HopField                // of an HTTP/1.1 connection: malformed here (section 8.2.2)
	h2TEField                 // may say "trailers" and no more (section 8.2.2)
	h2HostField               // has to fit :authority (section 8.3.1)
	h2LengthField             // has to fit the body (section 8.1.1)
	h2TrailerField            // announces trailers (RFC 9110, section 6.6.2)
	h2CookieField             // may come in crumbs (section 8.2.3)
	h2TypeField               // says what it is, such as gRPC
	h2ExpectField             // may want a 100 (RFC 9110, section 10.1.1)

	h2Rules = iota
)

// h2Names are the names that are met often, and those with a rule. An index is
// that of the first entry with the name.
var h2Names = []h2Name{
	{"accept", 19, h2AnyField},
	{"accept-charset", 15, h2AnyField},
	{"accept-encoding", 16, h2AnyField},
	{"accept-language", 17, h2AnyField},
	{"accept-ranges", 18, h2AnyField},
	{"access-control-allow-credentials", 0, h2AnyField},
	{"access-control-allow-headers", 0, h2AnyField},
	{"access-control-allow-methods", 0, h2AnyField},
	{"access-control-allow-origin", 20, h2AnyField},
	{"access-control-expose-headers", 0, h2AnyField},
	{"access-control-max-age", 0, h2AnyField},
	{"access-control-request-headers", 0, h2AnyField},
	{"access-control-request-method", 0, h2AnyField},
	{"age", 21, h2AnyField},
	{"allow", 22, h2AnyField},
	{"authorization", 23, h2AnyField},
	{"cache-control", 24, h2AnyField},
	{"connection", 0, h2HopField},
	{"content-disposition", 25, h2AnyField},
	{"content-encoding", 26, h2AnyField},
	{"content-language", 27, h2AnyField},
	{"content-length", 28, h2LengthField},
	{"content-location", 29, h2AnyField},
	{"content-range", 30, h2AnyField},
	{"content-security-policy", 0, h2AnyField},
	{"content-type", 31, h2TypeField},
	{"cookie", 32, h2CookieField},
	{"date", 33, h2AnyField},
	{"dnt", 0, h2AnyField},
	{"etag", 34, h2AnyField},
	{"expect", 35, h2ExpectField},
	{"expires", 36, h2AnyField},
	{"forwarded", 0, h2AnyField},
	{"from", 37, h2AnyField},
	{"grpc-accept-encoding", 0, h2AnyField},
	{"grpc-encoding", 0, h2AnyField},
	{"grpc-message", 0, h2AnyField},
	{"grpc-status", 0, h2AnyField},
	{"grpc-timeout", 0, h2AnyField},
	{"host", 38, h2HostField},
	{"if-match", 39, h2AnyField},
	{"if-modified-since", 40, h2AnyField},
	{"if-none-match", 41, h2AnyField},
	{"if-range", 42, h2AnyField},
	{"if-unmodified-since", 43, h2AnyField},
	{"keep-alive", 0, h2HopField},
	{"last-modified", 44, h2AnyField},
	{"link", 45, h2AnyField},
	{"location", 46, h2AnyField},
	{"max-forwards", 47, h2AnyField},
	{"origin", 0, h2AnyField},
	{"pragma", 0, h2AnyField},
	{"priority", 0, h2AnyField},
	{"proxy-authenticate", 48, h2AnyField},
	{"proxy-authorization", 49, h2AnyField},
	{"proxy-connection", 0, h2HopField},
	{"range", 50, h2AnyField},
	{"referer", 51, h2AnyField},
	{"referrer-policy", 0, h2AnyField},
	{"refresh", 52, h2AnyField},
	{"retry-after", 53, h2AnyField},
	{"sec-ch-ua", 0, h2AnyField},
	{"sec-ch-ua-mobile", 0, h2AnyField},
	{"sec-ch-ua-platform", 0, h2AnyField},
	{"sec-fetch-dest", 0, h2AnyField},
	{"sec-fetch-mode", 0, h2AnyField},
	{"sec-fetch-site", 0, h2AnyField},
	{"sec-fetch-user", 0, h2AnyField},
	{"sec-websocket-accept", 0, h2AnyField},
	{"sec-websocket-extensions", 0, h2AnyField},
	{"sec-websocket-key", 0, h2AnyField},
	{"sec-websocket-protocol", 0, h2AnyField},
	{"sec-websocket-version", 0, h2AnyField},
	{"server", 54, h2AnyField},
	{"server-timing", 0, h2AnyField},
	{"set-cookie", 55, h2AnyField},
	{"sourcemap", 0, h2AnyField},
	{"strict-transport-security", 56, h2AnyField},
	{"te", 0, h2TEField},
	{"trailer", 0, h2TrailerField},
	{"transfer-encoding", 57, h2HopField},
	{"upgrade", 0, h2HopField},
	{"upgrade-insecure-requests", 0, h2AnyField},
	{"user-agent", 58, h2AnyField},
	{"vary", 59, h2AnyField},
	{"via", 60, h2AnyField},
	{"www-authenticate", 61, h2AnyField},
	{"x-content-type-options", 0, h2AnyField},
	{"x-forwarded-for", 0, h2AnyField},
	{"x-forwarded-host", 0, h2AnyField},
	{"x-forwarded-proto", 0, h2AnyField},
	{"x-frame-options", 0, h2AnyField},
	{"x-powered-by", 0, h2AnyField},
	{"x-request-id", 0, h2AnyField},
	{"x-requested-with", 0, h2AnyField},
	{"x-xss-protection", 0, h2AnyField},
}

// An h2Vocabulary finds names: as they come, in lower case, and as net/http has
// them, in their canonical form.
type h2Vocabulary struct {
	came map[string]h2Came
	sent map[string]h2Name
}

// An h2Came is a name that came, in its canonical form.
type h2Came struct {
	canonical string
	index     byte
	rule      h2NameRule
	fate      fate
}

// index is where a name is in the static table, in whatever case; 0 if it is not there.
func (v *h2Vocabulary) index(name string) byte {
	if n, ok := v.sent[name]; ok {
		return n.index
	}
	return v.came[name].index
}

// h2Words is made when the first connection needs it: a program that serves
// nothing does not pay for it.
var h2Words = sync.OnceValue(func() *h2Vocabulary {
	v := &h2Vocabulary{map[string]h2Came{}, map[string]h2Name{}}
	for _, n := range h2Names {
		canonical := http.CanonicalHeaderKey(n.name)
		v.came[n.name] = h2Came{canonical, n.index, n.rule, fateOf([]byte(n.name))}
		v.sent[canonical] = n
	}
	return v
})
