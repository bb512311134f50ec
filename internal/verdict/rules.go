package verdict

import (
	"fmt"
	"slices"

	"github.com/limenhq/limen"
)

// privileged is the system's rule that low ports take rights.
func privileged(f Facts) []limen.Cause {
	r := f.Rules
	if f.Port >= r.Unprivileged || r.MayBindLow {
		return nil
	}
	w := systems[f.System]
	c := limen.Cause{
		Kind: limen.CausePrivileged, Blocks: true,
		What:     fmt.Sprintf("binding a port below %d takes rights that this user lacks", r.Unprivileged),
		Evidence: []limen.Evidence{{What: w.lowRight, From: w.lowFrom}},
		Next:     fmt.Sprintf("use a port from %d on", r.Unprivileged),
	}
	if w.lowNext != "" {
		c.Next += ", or: " + asRoot(f, fmt.Sprintf(w.lowNext, f.Port))
	}
	if r.LowWildcard {
		c.What = fmt.Sprintf("binding one address at a port below %d takes rights that this user lacks, and binding every address takes none", r.Unprivileged)
		c.Next += ", or let the server bind every address, 0.0.0.0 or [::], which the whole network can then reach"
	}
	return []limen.Cause{c}
}

// unexplained is a bind that failed although nothing seen is in its way. It is
// asked only when no check has found what blocks.
func unexplained(f Facts) []limen.Cause {
	i := slices.IndexFunc(f.Binds, failed)
	if i < 0 {
		return nil
	}
	b := f.Binds[i]
	if suspect, ok := suspects(f); ok {
		suspect.Evidence = append(suspect.Evidence, limen.Evidence{What: b.Error, From: "bind(2)"})
		return []limen.Cause{suspect}
	}
	c := limen.Cause{
		Kind: limen.CauseUnknown, Blocks: true,
		What:     fmt.Sprintf("binding %s was refused, and nothing that can be seen explains it", b.Address),
		Evidence: []limen.Evidence{{What: b.Error, From: "bind(2)"}},
		Next:     "try once more; if it stays, a security module or a program of the control group may forbid it",
	}
	if f.Port < f.Rules.Unprivileged {
		c.Evidence = append(c.Evidence, limen.Evidence{
			What: fmt.Sprintf("ports below %d take rights, and those of this process may hold in another user namespace alone", f.Rules.Unprivileged),
			From: "user_namespaces(7)",
		})
	}
	return []limen.Cause{c}
}

// browser warns of a port that web pages cannot use.
func browser(f Facts) []limen.Cause {
	if f.Rules.Browser == "" || f.Transport != limen.TCP {
		return nil
	}
	return []limen.Cause{{
		Kind: limen.CauseBrowser,
		What: fmt.Sprintf("browsers refuse to connect to it, to protect %s", f.Rules.Browser),
		Evidence: []limen.Evidence{{
			What: "it is a bad port", From: "the Fetch standard, section 2.9 Port blocking",
		}},
		Next: "use another port if a browser shall reach it",
	}}
}

// ephemeral warns of a port that an outgoing connection may take first.
func ephemeral(f Facts) []limen.Cause {
	r := f.Rules.Ephemeral
	if !r.Contains(f.Port) || f.Rules.Reserved {
		return nil
	}
	w := systems[f.System]
	c := limen.Cause{
		Kind: limen.CauseEphemeral,
		What: fmt.Sprintf("the system gives the numbers %v to outgoing connections, so it can be taken before a server asks for it", r),
		Evidence: []limen.Evidence{{
			What: fmt.Sprintf("ephemeral ports are %v", r), From: w.handedOut,
		}},
		Next: fmt.Sprintf("use a port outside %v for a server", r),
	}
	if w.keepOut != "" {
		c.Next += ", or add this one to " + w.keepOut
	}
	return []limen.Cause{c}
}

// reserved says that the system never chooses the port by itself.
func reserved(f Facts) []limen.Cause {
	if !f.Rules.Reserved {
		return nil
	}
	return []limen.Cause{{
		Kind: limen.CauseReserved,
		What: "the system's settings keep it for someone: it is never given out by itself, only to a program that asks for it",
		Evidence: []limen.Evidence{{
			What: "it is on the list", From: "net.ipv4.ip_local_reserved_ports",
		}},
	}}
}
