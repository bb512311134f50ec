package proxy

import (
	"fmt"
	"net/http"
	"strings"
)

// mostHops is through how many limens a request may have gone, which may lead
// to each other with good reason, but not for ever.
const mostHops = 10

// limens is how the mark of each of them begins.
const limens = "limen-"

// comesRound returns whom a request went through, if it has been here before,
// or through too many like this: the pseudonyms in Via are there to see loops
// (RFC 9110, section 7.6.3).
func (p *Proxy) comesRound(h http.Header) error {
	var chain []string
	isHere, marks := false, 0
	for hop := range tokens(h["Via"]) {
		_, by, _ := strings.Cut(hop, " ")
		by, _, _ = strings.Cut(strings.TrimLeft(by, " \t"), " ") // a comment may follow
		isHere = isHere || by == p.mark
		if strings.HasPrefix(by, limens) {
			marks++
		}
		chain = append(chain, by)
	}
	if !isHere && marks < mostHops {
		return nil
	}
	return &loopError{append(chain[max(0, len(chain)-2*mostHops):], p.mark)}
}

// sign adds this proxy to those that a request went through.
func (p *Proxy) sign(h http.Header, r *http.Request) {
	mark := fmt.Sprintf("%d.%d %s", r.ProtoMajor, r.ProtoMinor, p.mark)
	if before := h["Via"]; len(before) > 0 {
		mark = strings.Join(before, ", ") + ", " + mark
	}
	h["Via"] = []string{mark}
}
