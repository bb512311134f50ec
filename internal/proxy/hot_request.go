package proxy

import (
	"maps"
	"net/http"
	"slices"
)

// An account is what a client's requests say of their way, which mostly is the same for
// all of them.
type account struct {
	host   string // that was asked for
	prefix string // see caller
	text   []byte
}

// tell returns the fields that say how a request has come.
func (h *hot) tell(prefix string) []byte {
	host := h.head.host.of(h.said)
	if h.told.text != nil && h.told.host == string(host) && h.told.prefix == prefix {
		return h.told.text
	}
	c := caller{h.client.Addr(), string(host), h.secret != nil, prefix}
	h.told = account{host: c.host, prefix: prefix, text: c.append(nil, "1.1 "+h.proxy.mark)}
	return h.told.text
}

// append appends as fields what tell and sign put into a header.
func (c caller) append(b []byte, via string) []byte {
	header := http.Header{"Via": {via}}
	c.tell(header)
	for _, name := range slices.Sorted(maps.Keys(header)) {
		b = appendField(b, name, header[name][0])
	}
	return b
}

func appendField[T string | []byte](b []byte, name T, value T) []byte {
	b = append(append(b, name...), ": "...)
	return append(append(b, value...), "\r\n"...)
}

// appendRequest appends the head for the upstream. What is not about the
// connection or about the proxy is as the client has sent it; see
// exchange.request, which does the same.
func (h *hot) appendRequest(out []byte) []byte {
	b := h.said
	target, prefix := h.head.target.of(b), ""
	if h.route.Strip || h.route.Target.Path != "" {
		var text string
		text, prefix = pathFor(&http.Request{RequestURI: string(target)}, *h.route)
		target = []byte(text)
	}
	out = append(append(out, h.head.method.of(b)...), ' ')
	out = append(append(out, target...), " HTTP/1.1\r\nHost: "...)
	if h.route.Own {
		out = append(out, ownHost(h.route.Target)...)
	} else {
		out = append(out, h.head.host.of(b)...)
	}
	out = append(out, "\r\n"...)
	isPicky := takesAway(b, h.head.fields, h.fates)
	takesTrailers := false
	for i, f := range h.head.fields {
		fate := h.fates[i]
		name, value := f.name.of(b), f.value.of(b)
		switch {
		case fate&fateTE != 0:
			takesTrailers = takesTrailers || hasElement(value, "trailers")
		case fate&(fateHop|fateWord|fateHost) != 0:
		case isPicky && fate&fateKept == 0 && isNamed(b, h.head.fields, h.fates, name):
		default:
			out = appendField(out, name, value)
		}
	}
	out = append(out, h.tell(prefix)...)
	switch {
	case h.head.framing == framedByChunks:
		out = append(out, chunkedField...)
	case !h.head.hasLength && needsLength[string(h.head.method.of(b))]:
		out = append(out, "Content-Length: 0\r\n"...)
	}
	if takesTrailers {
		out = append(out, "Te: trailers\r\nConnection: TE\r\n"...) // RFC 9110, section 10.1.4
	}
	return append(out, "\r\n"...)
}

// hasElement reports whether a list has a word, which is in lower case.
func hasElement(list []byte, word string) bool {
	for len(list) > 0 {
		var one []byte
		if one, list = element(list); isFolded(one, word) {
			return true
		}
	}
	return false
}
