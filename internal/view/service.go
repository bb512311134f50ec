package view

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// serviceCell is what speaks at a row's place: protocol, then product and
// version. What was not proved says so.
func serviceCell(r row, f form) string {
	if r.service == nil {
		return ""
	}
	return serviceInBrief(*r.service, f.data)
}

// serviceInBrief is a service as it stands in a cell; for data without doubts,
// which have a place of their own there.
func serviceInBrief(s limen.Service, data bool) string {
	words := joinWords(s.Protocol, s.Product, s.Version)
	if s.Confidence == limen.Exchanged || data {
		return words
	}
	return fmt.Sprintf("%s (%s)", words, s.Confidence)
}

func tlsCell(r row, _ form) string {
	if r.service == nil || r.service.TLS == nil {
		return ""
	}
	return r.service.TLS.Version
}

// joinWords joins the words that are not empty.
func joinWords(words ...string) string {
	var all []string
	for _, w := range words {
		if w != "" {
			all = append(all, w)
		}
	}
	return strings.Join(all, " ")
}

// logins say whether a service asks who is there, where that is known.
var logins = map[limen.Authentication]string{
	limen.AuthenticationNone:     "it asks nobody who he is",
	limen.AuthenticationRequired: "it wants to know who is there",
}

// confidences say how it is known what speaks.
var confidences = map[limen.Confidence]string{
	limen.Exchanged: "proved",
	limen.Told:      "as its banner says",
	limen.Guessed:   "guessed from its owner",
}

// serviceInWords is a service in one line, such as "nginx 1.22.1 over https
// (TLS 1.3), proved".
func serviceInWords(s limen.Service) string {
	words := s.Protocol
	if s.Product != "" {
		words = joinWords(s.Product, s.Version, "over", s.Protocol)
	} else if s.Version != "" {
		words = joinWords(s.Protocol, s.Version)
	}
	if s.TLS != nil {
		words += fmt.Sprintf(" (TLS %s)", s.TLS.Version)
	}
	words += ", " + confidences[s.Confidence]
	if s.Title != "" {
		words += fmt.Sprintf("; it calls itself %q", s.Title)
	}
	if login := logins[s.Authentication]; login != "" {
		words += "; " + login
	}
	return words
}

// Identities writes what speaks at endpoints.
func Identities(w io.Writer, all limen.Identities, f Format, o Options) error {
	r := report{
		whole:  all,
		header: []string{"endpoint", "protocol", "product", "version", "title", "tls", "authentication", "confidence", "why"},
	}
	for _, id := range all.Identities {
		r.lines = append(r.lines, line{"identity": id})
		values := []string{id.Endpoint.String(), "", "", "", "", "", "", "", id.Why}
		if s := id.Service; s != nil {
			copy(values[1:], []string{s.Protocol, s.Product, s.Version, s.Title, tlsCell(row{service: s}, form{}), s.Authentication.String(), s.Confidence.String()})
		}
		r.rows = append(r.rows, values)
	}
	r.lines = append(r.lines, gapLines(all.Gaps)...)
	r.prose = func(p *page, o Options) {
		for i, id := range all.Identities {
			if i > 0 {
				p.linef("")
			}
			prose{page: p, o: o}.service(id)
		}
	}
	return f.report(w, r, o)
}

// service tells what speaks at one endpoint, and what says so.
func (p prose) service(id limen.Identity) {
	where := id.Endpoint.String()
	if id.Endpoint.IsWildcard() {
		where = portCell(row{endpoint: id.Endpoint}, form{})
	}
	if id.Service == nil {
		p.paragraph("", fmt.Sprintf("%s is not recognised: %s", where, id.Why))
		return
	}
	s := *id.Service
	p.paragraph("", fmt.Sprintf("%s speaks %s", where, serviceInWords(s)))
	if t := s.TLS; t != nil {
		p.certificate(*t)
	}
	for _, e := range s.Evidence {
		p.item("seen", evidence(e))
	}
	for _, o := range leads(id.Owners) {
		p.item("owner", o.Process.Name+", pid "+strconv.Itoa(o.Process.PID))
	}
}

// certificate tells what a server showed of itself in a handshake.
func (p prose) certificate(t limen.TLS) {
	words := "for " + cmp.Or(joinComma(t.Names), "no name")
	if !t.Expires.IsZero() {
		words += ", until " + t.Expires.UTC().Format("2006-01-02")
	}
	if t.Issuer != "" {
		words += fmt.Sprintf(", from %q", t.Issuer)
	}
	p.item("TLS", words)
}
