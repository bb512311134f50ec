package view

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

// Trust writes who trusts the local authority.
func Trust(w io.Writer, t limen.Trust, f Format, o Options) error {
	r := report{whole: t, header: []string{"what", "name", "place", "state", "within", "changed", "why", "next"}}
	if t.Authority != nil {
		r.lines = append(r.lines, line{"authority": t.Authority})
	}
	for _, s := range t.Stores {
		r.lines = append(r.lines, line{"store": s})
		r.rows = append(r.rows, []string{"store", s.Kind, s.Place, s.State.String(), "", fmt.Sprint(s.Changed), s.Why, s.Next})
	}
	for _, c := range t.Clients {
		r.lines = append(r.lines, line{"client": c})
		r.rows = append(r.rows, []string{"client", c.Name, c.Program, c.Alone.String(), c.Within.String(), "", c.Why, c.Next})
	}
	r.lines = append(r.lines, gapLines(t.Gaps)...)
	r.prose = func(p *page, o Options) { proseTrust(p, t, o) }
	return f.report(w, r, o)
}

func proseTrust(p *page, t limen.Trust, o Options) {
	if a := t.Authority; a != nil {
		p.linef("the local authority of %s signs for %s, until %s", a.Maker, Safe(scope(*a)), a.Until.In(o.zone()).Format(time.DateOnly))
		p.linef("  certificate  %s", Safe(short(a.File, o.Home)))
		p.linef("  fingerprint  %s", a.Fingerprint)
	} else {
		p.linef("there is no local authority")
	}
	if other := t.Other; other != nil {
		p.linef("mkcert has one, too: %s", Safe(short(other.File, o.Home)))
		p.because("", "to use it, which can sign for every name: limen trust install --mkcert")
	}
	if len(t.Stores) > 0 {
		p.linef("")
		p.linef("%s", o.paint(bold, "STORE     TRUST        PLACE"))
	}
	for _, s := range t.Stores {
		p.linef("%-8s  %-11s  %s", s.Kind, storeWord(s), Safe(short(s.Place, o.Home)))
		p.because(s.Why, s.Next)
	}
	if len(t.Clients) > 0 {
		p.linef("")
		p.linef("%s", o.paint(bold, "ALONE    WITHIN LIMEN  CLIENT"))
	}
	for _, c := range t.Clients {
		p.linef("%-7s  %-12s  %s", c.Alone, c.Within, Safe(short(c.Name, o.Home)))
		if c.Alone == limen.TrustUntried || c.Next != "" {
			p.because(c.Why, c.Next)
		}
	}
}

// scope says for what an authority signs.
func scope(a limen.Authority) string {
	var words []string
	for _, s := range a.Suffixes {
		words = append(words, s, "*."+s)
	}
	for _, n := range a.Addresses {
		words = append(words, n.String())
	}
	return cmp.Or(strings.Join(words, ", "), "every name of the internet")
}

// storeWords say what a store does with an authority.
var storeWords = map[limen.StoreState]string{
	limen.StoreTrusts: "yes",
	limen.StoreLacks:  "no",
	limen.StoreAbsent: "no store",
	limen.StoreUnseen: "not seen",
}

func storeWord(s limen.TrustStore) string {
	if s.Changed {
		return storeWords[s.State] + ", now"
	}
	return storeWords[s.State]
}

// Certificate writes which files a certificate lies in.
func Certificate(w io.Writer, c limen.Certificate, f Format, o Options) error {
	r := report{whole: c, lines: append([]line{{"certificate": c}}, gapLines(c.Gaps)...), header: []string{"names", "file", "key", "until"}}
	until := c.Until.In(o.zone()).Format(time.DateOnly)
	r.rows = [][]string{{strings.Join(c.Names, " "), c.File, c.Key, c.Until.UTC().Format(time.RFC3339)}}
	r.prose = func(p *page, o Options) {
		p.linef("a certificate for %s, until %s", Safe(strings.Join(c.Names, ", ")), until)
		p.linef("  certificate  %s", Safe(short(c.File, o.Home)))
		p.linef("  key          %s", Safe(short(c.Key, o.Home)))
	}
	return f.report(w, r, o)
}
