package view

import (
	"net/netip"
	"slices"

	"github.com/limenhq/limen"
)

// A row is what one line of a table is about: a listener, a connection, or
// several listeners that share one place.
type row struct {
	endpoint  limen.Endpoint
	peer      netip.AddrPort // of a connection
	families  []limen.Family
	device    string
	state     limen.State
	reach     limen.Reach // zero for a connection
	backlog   *limen.Backlog
	user      *limen.User
	namespace limen.Namespace
	sockets   []uint64
	owners    []limen.Owner
	service   *limen.Service // nil until asked
}

// rowsOf makes a row of each listener and each connection.
func rowsOf(s limen.Snapshot) []row {
	rows := make([]row, 0, len(s.Listeners)+len(s.Connections))
	for _, l := range s.Listeners {
		rows = append(rows, rowOf(l))
	}
	for _, c := range s.Connections {
		rows = append(rows, row{
			endpoint: c.Local, peer: c.Peer, state: c.State,
			user: c.User, namespace: c.Namespace, sockets: []uint64{c.Socket}, owners: c.Owners,
		})
	}
	return rows
}

func rowOf(l limen.Listener) row {
	return row{
		endpoint: l.Endpoint, families: l.Families, device: l.Device, state: l.State, reach: l.Reach,
		backlog: l.Backlog, user: l.User, namespace: l.Namespace, sockets: []uint64{l.Socket}, owners: l.Owners, service: l.Service,
	}
}

// A seat is what listeners share that a person takes for one.
type seat struct {
	endpoint  limen.Endpoint
	device    string
	state     limen.State
	uid       int64
	namespace limen.Namespace
	families  int
}

// fold makes one row of the listeners that share an endpoint, as SO_REUSEPORT
// allows, and names all their owners. JSON and CSV keep them apart.
func fold(rows []row) []row {
	at := map[seat]int{}
	var folded []row
	for _, r := range rows {
		if r.peer.IsValid() {
			folded = append(folded, r)
			continue
		}
		s := seat{r.endpoint, r.device, r.state, noUser, r.namespace, len(r.families)}
		if r.user != nil {
			s.uid = r.user.UID
		}
		i, taken := at[s]
		if !taken {
			at[s] = len(folded)
			folded = append(folded, r)
			continue
		}
		folded[i] = join(folded[i], r)
	}
	return folded
}

// noUser stands for a user that is not known; -1 means that there are none.
const noUser = -2

// join adds the sockets and the owners of a listener to the row of its twin.
func join(a, b row) row {
	a.sockets = slices.Concat(a.sockets, b.sockets)
	a.owners = slices.Clone(a.owners)
	for _, o := range b.owners {
		if !slices.ContainsFunc(a.owners, func(p limen.Owner) bool { return p.Process.ProcessID == o.Process.ProcessID }) {
			a.owners = append(a.owners, o)
		}
	}
	if a.backlog != nil && b.backlog != nil {
		a.backlog = &limen.Backlog{Used: a.backlog.Used + b.backlog.Used, Max: a.backlog.Max + b.backlog.Max}
	}
	return a
}

// leads are the owners who answer for a row: all but the workers of others.
func leads(owners []limen.Owner) []limen.Owner {
	var all []limen.Owner
	for _, o := range owners {
		if o.Role != limen.Worker {
			all = append(all, o)
		}
	}
	if len(all) == 0 {
		return owners // their master holds the socket no more
	}
	return all
}

// first returns the process to name if only one can be; nil if none is known.
func (r row) first() *limen.Process {
	if len(r.owners) == 0 {
		return nil
	}
	return &leads(r.owners)[0].Process
}
