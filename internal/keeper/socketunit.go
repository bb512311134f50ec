package keeper

import (
	"net/netip"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// A socketUnit is what is read of a unit that ends in .socket: where it
// listens, and for whom (systemd.socket(5)).
type socketUnit struct {
	name    string
	file    string
	listens []listen
	service string // from Service=, empty for the unit of the same name
	accept  bool   // Accept=yes: an instance of a template for every connection
}

// A listen is one ListenStream= or ListenDatagram= of a network address.
type listen struct {
	transport limen.Transport
	addr      netip.Addr // not valid for a bare port, which stands for every address
	port      uint16
}

// starts returns the unit that the socket starts.
func (u socketUnit) starts() string {
	stem := strings.TrimSuffix(u.name, ".socket")
	switch {
	case u.accept:
		return stem + "@.service"
	case u.service != "":
		return u.service
	}
	return stem + ".service"
}

// holds reports whether the unit listens at e.
func (u socketUnit) holds(e limen.Endpoint) bool {
	return slices.ContainsFunc(u.listens, func(l listen) bool {
		if l.transport != e.Transport || l.port != e.Port() {
			return false
		}
		if !l.addr.IsValid() {
			return e.IsWildcard() // :: as a rule, 0.0.0.0 where there is no IPv6
		}
		return l.addr == e.Address().Unmap().WithZone("")
	})
}

// socketUnits reads every socket unit that a manager can know. Left out are
// templates, whose instances only the manager knows, and drop-ins for a whole
// family of units. An unreadable file says nothing here: the gap is a socket
// that no unit names.
func (f *Finder) socketUnits(m manager) []socketUnit {
	return f.sockets.of(m, func() ([]socketUnit, bool) {
		dirs := f.unitDirectories(m)
		var units []socketUnit
		seen := map[string]bool{}
		for _, dir := range dirs {
			names, _ := readNames(dir)
			for _, name := range names {
				file := path.Join(dir, name)
				if seen[name] || !strings.HasSuffix(name, ".socket") || strings.Contains(name, "@") || isAlias(file) {
					continue
				}
				seen[name] = true // the first directory wins, even with a mask
				u := socketUnit{name: name, file: file}
				for _, file := range append([]string{file}, dropIns(dirs, name)...) {
					if text, err := readUnitFile(file); err == nil {
						u.read(text)
					}
				}
				units = append(units, u)
			}
		}
		return units, true
	})
}

// dropIns returns the files that change a unit, in the order they are read:
// by name, whatever directory they are in; of two with one name the first
// directory's counts.
func dropIns(dirs []string, unit string) []string {
	files := map[string]string{}
	var order []string
	for _, dir := range dirs {
		names, _ := readNames(path.Join(dir, unit+".d"))
		for _, name := range names {
			if strings.HasSuffix(name, ".conf") && files[name] == "" {
				files[name] = path.Join(dir, unit+".d", name)
				order = append(order, name)
			}
		}
	}
	slices.Sort(order)
	for i, name := range order {
		order[i] = files[name]
	}
	return order
}

// isAlias reports whether file is another name for a unit: a link to a file
// of a different name.
func isAlias(file string) bool {
	target, err := os.Readlink(file)
	return err == nil && strings.HasSuffix(target, ".socket") && path.Base(target) != path.Base(file)
}

// read adds what a file of the unit says (systemd.syntax(7)).
func (u *socketUnit) read(text string) {
	const most = 1024 // addresses in one unit
	section := ""
	for line := range logicalLines(text) {
		if strings.HasPrefix(line, "[") {
			section = line
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok || section != "[Socket]" {
			continue
		}
		switch key, value = strings.TrimSpace(key), strings.TrimSpace(value); key {
		case "ListenStream", "ListenDatagram":
			if value == "" {
				u.listens = nil // any empty assignment resets the whole list
			} else if l, ok := parseListen(key, value); ok && len(u.listens) < most {
				u.listens = append(u.listens, l)
			}
		case "Service":
			u.service = value
		case "Accept":
			u.accept = slices.Contains([]string{"1", "yes", "y", "true", "t", "on"}, strings.ToLower(value))
		}
	}
}

// logicalLines yields the lines of a unit's file without comments, each joined
// with those it is continued on.
func logicalLines(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		var whole strings.Builder
		for line := range strings.Lines(text) {
			line = strings.TrimSpace(line)
			if strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";") {
				continue // also between a line and its continuation
			}
			if head, more := strings.CutSuffix(line, `\`); more {
				whole.WriteString(head + " ")
				continue
			}
			whole.WriteString(line)
			line = whole.String()
			whole.Reset()
			if line != "" && !yield(line) {
				return
			}
		}
	}
}

// parseListen reads what follows ListenStream= or ListenDatagram=: 22,
// 127.0.0.1:22 or [::1]:22. Paths, abstract names and vsock are no endpoints.
func parseListen(key, value string) (listen, bool) {
	l := listen{transport: limen.TCP}
	if key == "ListenDatagram" {
		l.transport = limen.UDP
	}
	if port, err := limen.ParsePort(value); err == nil {
		l.port = port
		return l, true
	}
	at, err := netip.ParseAddrPort(value)
	if err != nil || at.Port() == 0 {
		return listen{}, false
	}
	l.addr, l.port = at.Addr().Unmap().WithZone(""), at.Port()
	return l, true
}
