package verdict

import (
	"fmt"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// A standIn is a program that holds ports for something else. To know that is
// worth more than its name, and to end it is seldom right.
type standIn struct {
	system System
	names  []string // of the program, without .exe
	ports  []uint16 // which it is known for; all if empty
	pid    int      // its number, if it always has the same
	what   string
	from   string
	next   string
}

// standIns are those that people meet. A name is the program's own word, so
// what it stands for is evidence and never proof.
var standIns = []standIn{
	{system: MacOS, names: []string{"ControlCenter"}, ports: []uint16{5000, 7000},
		what: "it is the AirPlay Receiver of macOS, which has 5000 and 7000 since macOS 12",
		from: "the program's name and the port",
		next: "turn it off in System Settings, General, AirDrop & Handoff, AirPlay Receiver; or use another port"},
	{system: MacOS, names: []string{"launchd"}, pid: 1,
		what: "launchd holds the port for a job, which it starts when someone connects",
		from: "it is process 1, see launchd.plist(5), Sockets",
		next: "find the job whose Sockets name the port in /Library/LaunchDaemons or ~/Library/LaunchAgents, then: launchctl bootout"},
	{system: Windows, names: []string{"wslrelay", "wslhost", "vmmem", "vmmemWSL"},
		what: "it passes the port on to a distribution of WSL, where the server is",
		from: "the program's name",
		next: "wsl --list --running, and look inside of the distribution"},
	{system: Windows, names: []string{"com.docker.backend"},
		what: "it passes the port on to a container of Docker Desktop",
		from: "the program's name",
		next: "docker ps, and stop the container that publishes the port"},
	{system: Windows, names: []string{"System"}, pid: 4,
		what: "the kernel holds it: for HTTP this is http.sys, which IIS and many services use",
		from: "process 4 is the kernel",
		next: "netsh http show servicestate"},
}

// introduce adds to a cause whom its first owner stands in for.
func introduce(f Facts, l limen.Listener, c limen.Cause) limen.Cause {
	o := lead(l)
	if o == nil {
		return c
	}
	if f.Own != nil {
		if n := f.Own(*o); n.What != "" {
			return ownDoing(f, *o, n, c)
		}
	}
	for _, s := range standIns {
		if s.is(f, *o) {
			c.Evidence = append(c.Evidence, limen.Evidence{What: s.what, From: s.from})
			c.What += "; " + s.what
			c.Next = s.next
			break
		}
	}
	return c
}

// ownDoing adds to a cause what limen itself holds the port for. To end its process
// would take more from a person than the port.
func ownDoing(f Facts, o limen.Owner, n limen.Notice, c limen.Cause) limen.Cause {
	c.Evidence = append(c.Evidence, limen.Evidence{What: n.What, From: n.Why})
	c.What += "; " + n.What
	switch {
	case n.Next == "" && c.Next != "":
		c.Next = "Ctrl-C where it runs, or: " + c.Next
	case n.Next != "" && o.Process.User != nil && isOthers(f, o):
		c.Next = fmt.Sprintf("as user %s: %s", limen.Unmistakable(o.Process.User.String()), n.Next)
	case n.Next != "":
		c.Next = n.Next
	}
	return c
}

// is reports whether an owner goes by the name, on that system and port.
func (s standIn) is(f Facts, o limen.Owner) bool {
	name := strings.TrimSuffix(o.Process.Name, ".exe")
	named := slices.ContainsFunc(s.names, func(n string) bool { return strings.EqualFold(n, name) })
	return f.System == s.system && named &&
		(len(s.ports) == 0 || slices.Contains(s.ports, f.Port)) && (s.pid == 0 || s.pid == o.Process.PID)
}
