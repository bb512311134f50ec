package cli

import "github.com/limenhq/limen"

// queryFlags narrow which listeners are meant, beside the words of a call.
var queryFlags = []flag{
	{name: "tcp", doc: "TCP only"},
	{name: "udp", doc: "UDP only"},
	{name: "user", value: "NAME", doc: "sockets or processes of a user, by name or number"},
	{name: "reach", value: "REACH", doc: "self, machine, network or world; network+ adds what reaches farther", words: reachWords},
	{name: "project", value: "NAME", doc: "processes that work in a project, by name or directory"},
}

// query reads which listeners are meant. Verb is what cannot be done with
// them if that makes no sense.
func (c call) query(verb string) (q limen.Query, err error) {
	next := "limen " + verb + " --help shows what a word can be"
	for _, word := range c.args {
		if err := q.Add(word); err != nil {
			return q, invalid("cannot %s %q", verb, word)(err.Error(), next)
		}
	}
	for _, key := range []string{"user", "reach", "project"} {
		if !c.has(key) {
			continue
		}
		if err := q.Add(key + ":" + c.values[key]); err != nil {
			return q, invalid("cannot %s --%s %q", verb, key, c.values[key])(err.Error(), next)
		}
	}
	for _, t := range []limen.Transport{limen.TCP, limen.UDP} {
		if !c.has(t.String()) || c.has("tcp") && c.has("udp") { // both together are all there is
			continue
		}
		if err := q.Add("transport:" + t.String()); err != nil {
			return q, invalid("cannot %s --%s", verb, t)(err.Error(), next)
		}
	}
	return q, nil
}

func reachWords() []string {
	var words []string
	for r := limen.Self; r <= limen.World; r++ {
		words = append(words, r.String(), r.String()+"+")
	}
	return words
}
