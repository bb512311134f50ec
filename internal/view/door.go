package view

import (
	"fmt"
	"slices"

	"github.com/limenhq/limen"
)

// rights say by what right a door is open.
var rights = map[limen.Grant]string{
	limen.GrantBind:       "",
	limen.GrantCapability: ", by a capability of the program",
	limen.GrantSystem:     ", as the system lets everybody",
	limen.GrantManager:    ", opened by the system",
	limen.GrantInherited:  ", taken over from the limen before",
	limen.GrantElsewhere:  "",
}

// doors says where names are answered. Doors that differ in their address
// alone are one line.
func (p *page) doors(all []limen.Door) {
	if len(all) == 0 {
		p.linef("names are answered nowhere")
		return
	}
	like := func(a, b limen.Door) bool {
		a.Endpoint = limen.Endpoint{Transport: b.Endpoint.Transport, Addr: b.Endpoint.Addr}
		return a == b
	}
	said := make([]bool, len(all))
	for i, d := range all {
		if said[i] {
			continue
		}
		var places []string
		for j, e := range all[i:] {
			if e.Endpoint.Port() == d.Endpoint.Port() && like(d, e) {
				places, said[i+j] = append(places, e.Endpoint.Addr.String()), true
			}
		}
		instead := ""
		isUsual := func(e limen.Door) bool { return e.Endpoint.Port() == d.Usual }
		if !slices.ContainsFunc(all, isUsual) {
			instead = fmt.Sprintf(", and not at %d", d.Usual)
		}
		p.linef("names are answered at %s%s%s", Safe(inWords(places)), rights[d.Grant], instead)
		p.because(d.Why, d.Next)
	}
}
