package limen

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// A Query says which listeners and connections are meant. Each field that is
// set narrows it; the zero Query means all. Its text form is words, such as
//
//	:3000-3010 transport:tcp user:nick reach:network+ project:shop vite
//
// where a bare port, endpoint or address narrows the place, and any other
// bare word is searched for. A value with spaces is quoted as in Go:
// text:"two words".
type Query struct {
	Ports     []PortRange `json:"ports,omitempty"`    // any of these
	Address   netip.Addr  `json:"address,omitzero"`   // this one; without a zone, in any zone
	Transport Transport   `json:"transport,omitzero"` // zero means both
	User      string      `json:"user,omitempty"`     // by name or number
	Reaches   []Reach     `json:"reaches,omitempty"`  // any of these
	Project   string      `json:"project,omitempty"`  // by name or root
	Text      []string    `json:"text,omitempty"`     // each found somewhere, in any case
}

// ParseQuery reads the text form of a Query.
func ParseQuery(s string) (Query, error) {
	var q Query
	for s = strings.TrimLeft(s, " "); s != ""; s = strings.TrimLeft(s, " ") {
		word, rest, err := cutWord(s)
		if err != nil {
			return Query{}, err
		}
		if err := q.Add(word); err != nil {
			return Query{}, err
		}
		s = rest
	}
	return q, nil
}

// Add narrows the query by one word of its text form, such as one argument of
// a command line. It leaves the query as it was if the word makes no sense,
// or says something else than an earlier one.
func (q *Query) Add(word string) error {
	if word == "" {
		return errors.New("an empty word narrows nothing; leave it out, or check the variable it came from")
	}
	key, value, hasColon := strings.Cut(word, ":")
	i := slices.IndexFunc(queryTerms, func(t queryTerm) bool { return t.key == key })
	switch {
	case !hasColon || i < 0:
		return q.addBare(word)
	case value == "":
		return fmt.Errorf("%q needs a value after the colon", word)
	}
	return queryTerms[i].read(q, value)
}

// addBare narrows by a word that names no term: a place if it has the form of
// one, else text to search for. A place that cannot be, such as port 99999, is
// an error and not a search, because nobody who types it means to search.
func (q *Query) addBare(word string) error {
	p, ok, err := parsePlace(word)
	switch {
	case err != nil:
		return fmt.Errorf("%w; to search for it, write text:%s", err, quoteWord(word))
	case !ok:
		q.Text = append(q.Text, word)
		return nil
	}
	narrowed := *q
	if err := setOnce(&narrowed.Transport, p.transport, "transport"); err != nil {
		return err
	}
	if err := setOnce(&narrowed.Address, p.address, "address"); err != nil {
		return err
	}
	if p.ports != (PortRange{}) {
		narrowed.Ports = append(narrowed.Ports, p.ports)
	}
	*q = narrowed
	return nil
}

// setOnce sets a field that holds one value; a zero value sets nothing. A
// second, different value is an error: no socket has two, and dropping either
// would answer a question that nobody asked.
func setOnce[T comparable](field *T, value T, name string) error {
	var unset T
	switch {
	case value == unset:
		return nil
	case *field != unset && *field != value:
		return fmt.Errorf("a query has one %s, and both %q and %q are asked for; ask twice", name, fmt.Sprint(*field), fmt.Sprint(value))
	}
	*field = value
	return nil
}

// A queryTerm is a word with a key, such as user:nick.
type queryTerm struct {
	key   string
	read  func(*Query, string) error
	write func(Query) []string // the values that read would read again
}

// queryTerms are all terms, in the order String writes them.
var queryTerms = []queryTerm{
	{"port",
		func(q *Query, s string) error {
			r, err := ParsePortRange(s)
			if err == nil {
				q.Ports = append(q.Ports, r)
			}
			return err
		},
		func(q Query) []string { return texts(q.Ports) }},
	{"address",
		func(q *Query, s string) error {
			a, rest := cutAddress(s)
			if !a.IsValid() || rest != "" {
				return fmt.Errorf("%q is not an address such as 127.0.0.1 or ::1", s)
			}
			return setOnce(&q.Address, a, "address")
		},
		func(q Query) []string {
			if !q.Address.IsValid() {
				return nil
			}
			return []string{q.Address.String()}
		}},
	{"transport",
		func(q *Query, s string) error {
			t, err := ParseTransport(s)
			if err != nil {
				return err
			}
			return setOnce(&q.Transport, t, "transport")
		},
		func(q Query) []string {
			if q.Transport == 0 {
				return nil
			}
			return []string{q.Transport.String()}
		}},
	{"user",
		func(q *Query, s string) error { return setOnce(&q.User, s, "user") },
		func(q Query) []string { return present(q.User) }},
	{"reach",
		func(q *Query, s string) error {
			r, err := ParseReaches(s)
			if err != nil {
				return err
			}
			if q.Reaches != nil && !slices.Equal(q.Reaches, r) {
				return fmt.Errorf("reach is asked for twice, the second time as %q; join the words with commas", s)
			}
			q.Reaches = r
			return nil
		},
		func(q Query) []string { return present(strings.Join(texts(q.Reaches), ",")) }},
	{"project",
		func(q *Query, s string) error { return setOnce(&q.Project, s, "project") },
		func(q Query) []string { return present(q.Project) }},
	{"text",
		func(q *Query, s string) error { q.Text = append(q.Text, s); return nil },
		func(q Query) []string { return q.Text }},
}

// String writes the query so that ParseQuery reads it back.
func (q Query) String() string {
	var words []string
	for _, t := range queryTerms {
		for _, v := range t.write(q) {
			words = append(words, t.key+":"+quoteWord(v))
		}
	}
	return strings.Join(words, " ")
}

func texts[T fmt.Stringer](s []T) (all []string) {
	for _, v := range s {
		all = append(all, v.String())
	}
	return all
}

func present(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// ParseReaches reads reach words with commas between them; a plus sign after
// one, as in "network+", adds all that reach farther.
func ParseReaches(s string) ([]Reach, error) {
	var all []Reach
	for word := range strings.SplitSeq(s, ",") {
		name, farther := strings.CutSuffix(word, "+")
		r, err := ParseReach(name)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
		for far := r + 1; farther && far <= World; far++ {
			all = append(all, far)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
