package registry

import (
	"iter"
	"slices"

	"github.com/limenhq/limen"
)

// A fact is what is really met at a port with a transport. Facts are written
// by hand, from the defaults that programs document. Rules for writing one:
//
//   - It is true today, or says that it is past.
//   - Uses are named most likely first, by the program or protocol, with its
//     part in brackets or behind a comma if it has several ports.
//   - What one person configured is not a use. A program's default is, and so
//     is what everybody does without a default ("by convention").
type fact struct {
	port uint16
	on   limen.Transport // tcp, udp or both
	uses []string
}

const (
	tcp  = limen.TCP
	udp  = limen.UDP
	both = limen.Transport(0)
)

// facts are all tables of facts. Each is sorted by port, TCP first, and no two
// speak of the same port with the same transport.
var facts = [...][]fact{
	classicFacts,
	webFacts,
	devFacts,
	databaseFacts,
	messageFacts,
	infraFacts,
	monitorFacts,
	remoteFacts,
	chatFacts,
	homeFacts,
}

// known joins the tables for one port, or returns nil where they have nothing
// to say about it with transport t; zero means every transport.
func known(port uint16, t limen.Transport) *limen.Known {
	var k limen.Known
	for _, table := range facts {
		i, _ := slices.BinarySearchFunc(table, port, func(f fact, port uint16) int {
			return int(f.port) - int(port)
		})
		for ; i < len(table) && table[i].port == port; i++ {
			k.Uses = append(k.Uses, table[i].usesOn(t)...)
		}
	}
	if len(k.Uses) == 0 {
		return nil
	}
	k.Registrant = registrant(port)
	k.Family, k.Relatives = relatives(port)
	k.History = history(port)
	return &k
}

// usesOn returns the uses with a transport, or all if t is zero.
func (f fact) usesOn(t limen.Transport) []limen.Use {
	if t != 0 && f.on != both && f.on != t {
		return nil
	}
	uses := make([]limen.Use, len(f.uses))
	for i, what := range f.uses {
		uses[i] = limen.Use{Transport: f.on, What: what}
	}
	return uses
}

// knownPorts yields the ports of all tables, some of them more than once.
func knownPorts() iter.Seq[uint16] {
	return func(yield func(uint16) bool) {
		for _, table := range facts {
			for _, f := range table {
				if !yield(f.port) {
					return
				}
			}
		}
	}
}
