package verdict

import (
	"fmt"
	"math"
	"time"

	"github.com/limenhq/limen"
)

// connections are the processes that hold the port as the local end of
// connections. Connections that a listener of the same port has accepted are
// its own affair.
func connections(f Facts) (causes []limen.Cause) {
	type key struct {
		id    limen.ProcessID
		local limen.Endpoint
	}
	at := map[key]int{} // index of the cause
	more := []int{}     // further connections of each cause
	for _, c := range f.Leftovers {
		if isClosed(c) || listensFor(f, c.Local) || !holds(f, c) {
			continue
		}
		k := key{local: c.Local}
		if len(c.Owners) > 0 {
			k.id = c.Owners[0].Process.ProcessID
		}
		if i, ok := at[k]; ok {
			more[i]++
			continue
		}
		at[k] = len(causes)
		causes, more = append(causes, outgoing(c)), append(more, 0)
	}
	for i, n := range more {
		if n > 0 {
			causes[i].What += fmt.Sprintf(" and %d more", n)
		}
	}
	return causes
}

// outgoing is the cause that one connection is.
func outgoing(c Leftover) limen.Cause {
	by := "a process that cannot be seen"
	switch {
	case len(c.Owners) > 0:
		by = who(c.Owners[0])
	case c.User != nil:
		by = fmt.Sprintf("a process of user %s", limen.Unmistakable(c.User.String()))
	}
	cause := limen.Cause{
		Kind: limen.CauseOutgoing, Blocks: true, Endpoint: &c.Local, Owners: c.Owners,
		What: fmt.Sprintf("%s uses it as the local end of its connection to %s", by, c.Peer),
		Evidence: []limen.Evidence{{
			What: fmt.Sprintf("the socket is %s", c.State),
			From: tableOf(c.Socket),
		}},
		Next: fmt.Sprintf("use another port, or wait until %s closes that connection", by),
	}
	if c.State == limen.CloseWait {
		// RFC 9293, section 3.3.2: it waits for nothing but its own program.
		cause.Evidence[0].What += ": the other side has closed it, and this one has yet to"
	}
	return cause
}

// isClosed reports whether no process can hold a connection any more. Where
// sockets have no numbers, one that no owner is known of may still be held in
// the states that last until its program closes it (RFC 9293, section 3.3.2).
func isClosed(c Leftover) bool {
	return len(c.Owners) == 0 && c.Socket == 0 && c.State != limen.Established && c.State != limen.CloseWait
}

// listensFor reports whether a listener takes connections to local, so that
// one there is its child.
func listensFor(f Facts, local limen.Endpoint) bool {
	for _, l := range f.Listeners {
		a := l.Endpoint.Address()
		if l.State != limen.Bound && (a.Unmap() == local.Address().Unmap() || a.IsUnspecified() && answers(l, local.Address())) {
			return true
		}
	}
	return false
}

// timeWait are closed connections that the kernel still remembers, so that
// late packets cannot reach a new one (RFC 9293, section 3.4.2). No process
// holds them.
func timeWait(f Facts) []limen.Cause {
	var first *limen.Endpoint
	var longest time.Duration
	n := 0
	for _, c := range f.Leftovers {
		if !isClosed(c) || listensFor(f, c.Local) || !holds(f, c) {
			continue
		}
		if n++; n == 1 {
			first = &c.Local
		}
		longest = max(longest, c.Remaining)
	}
	if n == 0 {
		return nil
	}
	cause := limen.Cause{
		Kind: limen.CauseTimeWait, Blocks: true, Endpoint: first,
		What:     fmt.Sprintf("%d closed connections still hold it", n),
		Evidence: []limen.Evidence{{What: "they belong to no process", From: "the kernel's table of sockets"}},
		Next:     "wait a minute" + orReuse(f),
	}
	if n == 1 {
		cause.What = "a closed connection still holds it"
	}
	if longest > 0 {
		s := fmt.Sprintf("%d s", int(math.Ceil(longest.Seconds())))
		cause.What += fmt.Sprintf(", for %s more", s)
		cause.Next = "wait " + s + orReuse(f)
	}
	return []limen.Cause{cause}
}

// orReuse is the other way past closed connections, where trying has shown
// that it works: Linux allows it only if their sockets had set it too.
func orReuse(f Facts) string {
	for _, b := range f.Binds {
		if b.Reuse && !b.Free {
			return ", or let the server set SO_REUSEADDR"
		}
	}
	return ", or use another port"
}
