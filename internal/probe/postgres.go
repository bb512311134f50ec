package probe

import (
	"encoding/binary"

	"github.com/limenhq/limen"
)

// Postgres is asked for a session without a name of a user. That is no login:
// the server says that a name is missing before it looks who may come from
// where, in the clear or not (PostgreSQL, "Message Formats", StartupMessage
// and ErrorResponse). It writes one line into its log. It tells its version
// only to those who have logged in.
var Postgres = Probe{
	Name:  "postgresql",
	Ports: []uint16{5432, 5433, 5434, 6432, 26257},
	Programs: []string{
		"postgres", "postgresql", "postmaster", "pgbouncer", "pgpool", "pgcat", "odyssey", "cockroach", "cockroachdb",
		"postgis", "pgvector", "timescaledb", "timescaledb-ha", "supabase-postgres", "yugabyte",
	},
	ALPN: []string{"postgresql"}, // insisted on since version 17, inside TLS without a question before
	Speak: func(c *Conn) (limen.Service, bool) {
		c.Send("\x00\x00\x00\x09" + "\x00\x03\x00\x00" + "\x00") // nine bytes, version 3.0, no parameters
		header := octets{rest: c.Next(5)}
		kind, size := header.text(1), header.number32(binary.BigEndian)
		if kind != "E" || size < 4 || size > mostLine {
			return limen.Service{}, false
		}
		fields, ok := readPostgresError(c.Next(size - 4))
		if !ok {
			return limen.Service{}, false
		}
		s := limen.Service{Protocol: "postgresql", Confidence: limen.Exchanged}
		s.Evidence = c.Said("the answer to a start without a user", fields['S']+" "+fields['C']+": "+fields['M'])
		if fields['C'][:2] == "28" { // the class of an invalid authorization
			s.Authentication = limen.AuthenticationRequired
		}
		switch {
		case isPostgresFile.MatchString(fields['F']) && fields['R'] != "":
			s.Product = "PostgreSQL"
			s.Evidence = append(s.Evidence, c.Said("where the error was made", fields['F']+", "+fields['R'])...)
		case fields['F'] == "" && fields['M'] == "no username supplied": // pgbouncer, client.c
			s.Product, s.Authentication = "PgBouncer", limen.AuthenticationRequired
		}
		return s, true
	},
}

// isPostgresFile matches the source files that a server names in its errors at
// the start of a session: the first since version 17, the others before.
var isPostgresFile = newPattern(`^(?:backend_startup|postmaster|postinit)\.c$`)

// isSQLState matches an error code of SQL.
var isSQLState = newPattern(`^[0-9A-Z]{5}$`)

// readPostgresError reads the fields of an ErrorResponse: each a letter and
// text that ends with zero, and a zero after the last. Severity, code and
// message are never missing.
func readPostgresError(b []byte) (map[byte]string, bool) {
	fields := map[byte]string{}
	m := octets{rest: b}
	for {
		name := m.number()
		if name == 0 {
			break
		}
		fields[byte(name)] = m.ended()
	}
	ok := !m.short && len(m.rest) == 0 && fields['S'] != "" && fields['M'] != "" && isSQLState.MatchString(fields['C'])
	return fields, ok
}
