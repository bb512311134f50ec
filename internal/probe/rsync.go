package probe

import (
	"bytes"
	"strings"

	"github.com/limenhq/limen"
)

// Rsync daemons greet with the version of the protocol, and list what they
// have to those who ask (rsync, clientserver.c). Each part has its own login,
// or none.
var Rsync = Probe{
	Name:     "rsync",
	Ports:    []uint16{873, 8730},
	Programs: []string{"rsync", "rsyncd", "openrsync"},
	Greets:   func(first []byte) bool { return bytes.HasPrefix(first, []byte("@RSYNCD: ")) },
	Speak: func(c *Conn) (limen.Service, bool) {
		greeting := c.Line()
		m := rsyncGreeting.FindStringSubmatch(greeting)
		if m == nil {
			return limen.Service{}, false
		}
		s := limen.Service{Protocol: "rsync", Confidence: limen.Told, Evidence: c.Said("its greeting", greeting)}
		c.Send("@RSYNCD: 31.0\n#list\n") // without names of digests: nothing will be proved
		for range mostNumbered {
			line := c.Line()
			if c.Err() != nil {
				break
			}
			if line == "@RSYNCD: EXIT" || strings.HasPrefix(line, "@ERROR") {
				s.Confidence = limen.Exchanged
				s.Evidence = append(s.Evidence, c.Said("the end of its list", line)...)
				break
			}
		}
		return s, true
	},
}

var rsyncGreeting = newPattern(`^@RSYNCD: \d{2}(?:\.\d{1,2})?(?: [\w -]{1,128})?$`)
