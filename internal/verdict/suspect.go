package verdict

import (
	"fmt"

	"github.com/limenhq/limen"
)

// A suspicion is what is most likely when a bind is refused and nothing is
// seen that explains it. It is a guess, and says so.
type suspicion struct {
	holds func(Facts) bool
	what  string
	from  string
	next  string // "%d" is the port, "%s" the transport
}

// suspicions are those that a system gives reason for, the likelier first.
var suspicions = []suspicion{
	// No documented call lists the ranges: LookupPersistentTcpPortReservation
	// knows only one whose ends are given, and none that winnat makes anew at
	// each start of the machine.
	{func(f Facts) bool { return f.System == Windows },
		"nobody is seen to hold it: probably it lies in an excluded range, as Hyper-V and WSL set aside, or a socket that does not listen has it for itself alone",
		"the system's table of sockets has neither",
		"netsh interface ipv4 show excludedportrange protocol=%[2]s, and if %[1]d is in no range: netstat -anoq"},
	// With mirrored networking, and for localhost forwarding, WSL asks
	// Windows for each port that is bound in it (microsoft/WSL#40984).
	{func(f Facts) bool { return f.Rules.InWSL },
		"nobody in this Linux is seen to hold it: probably Windows does, or another distribution of WSL, whose ports are the same",
		"the name of the kernel, which is that of WSL",
		"in Windows: netstat -ano, and look for :%[1]d; in the other distributions: limen why %[1]d/%[2]s"},
	{func(f Facts) bool { return f.Rules.InJail },
		"nobody in this jail is seen to hold it: probably the host does, or another jail with the same address",
		"security.jail.jailed, see jail(8)",
		"on the host: limen why %[1]d/%[2]s"},
}

// suspects returns the cause that is likely on this system, if there is one.
func suspects(f Facts) (limen.Cause, bool) {
	for _, s := range suspicions {
		if s.holds(f) {
			return limen.Cause{
				Kind: limen.CauseUnknown, Blocks: true, What: s.what,
				Evidence: []limen.Evidence{{What: "it is a guess, from where this runs", From: s.from}},
				Next:     fmt.Sprintf(s.next, f.Port, f.Transport),
			}, true
		}
	}
	return limen.Cause{}, false
}

// shared are endpoints that several sockets have at once, as SO_REUSEADDR
// allows on Windows without asking whoever was first.
func shared(f Facts) (causes []limen.Cause) {
	if f.System != Windows {
		return nil
	}
	for _, l := range f.Listeners {
		if len(l.Owners) < 2 || verb(l, "one", "many") == "one" {
			continue
		}
		causes = append(causes, limen.Cause{
			Kind: limen.CauseShadowed, Endpoint: &l.Endpoint, Owners: l.Owners,
			What: fmt.Sprintf("%s share %s, and nobody can say which of them a connection reaches", whoAll(l), place(l)),
			Evidence: []limen.Evidence{{
				What: "a socket with SO_REUSEADDR takes a port that another has, unless that one is exclusive",
				From: "the reference of Windows, Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE",
			}},
			Next: "stop all but one, and let servers set SO_EXCLUSIVEADDRUSE",
		})
	}
	return causes
}
