package probe

import (
	"bytes"
	"encoding/binary"

	"github.com/limenhq/limen"
)

// MySQL servers speak first: with a challenge for the password to come, or
// with the reason why nobody may come from here (MySQL internals,
// Protocol::HandshakeV10 and ERR_Packet). It is read, and nothing is answered:
// an answer would be a login. The server counts a handshake that nobody
// finished against the address it came from, and blocks that after
// max_connect_errors; 127.0.0.1 and ::1, which are asked where a server has
// them, are never counted (MySQL, sql/hostname.cc).
var MySQL = Probe{
	Name:  "mysql",
	Ports: []uint16{3306, 3307, 4000, 6033, 9030},
	Programs: []string{
		"mysqld", "mysql", "mysql-server", "mariadbd", "mariadb", "mariadb-server", "percona-server", "percona",
		"proxysql", "tidb-server", "tidb", "vtgate", "dolt", "maxscale",
	},
	Greets: func(first []byte) bool {
		return len(first) > 6 && first[2] == 0 && first[3] == 0 && // under 64 KiB, the first of its sequence
			(first[4] == mysqlVersion10 && isDigit(first[5]) || first[4] == mysqlError && mysqlRefusals[binary.LittleEndian.Uint16(first[5:])])
	},
	Speak: func(c *Conn) (limen.Service, bool) {
		header := c.Next(4)
		if header == nil || header[2] != 0 || header[3] != 0 {
			return limen.Service{}, false
		}
		message := octets{rest: c.Next(int(binary.LittleEndian.Uint16(header)))}
		switch message.number() {
		case mysqlVersion10:
			return readMySQLGreeting(c, message)
		case mysqlError:
			return readMySQLRefusal(c, message)
		}
		return limen.Service{}, false
	},
}

const (
	mysqlVersion10 = 0x0a // protocol version of a greeting
	mysqlError     = 0xff // first byte of an error instead

	mysqlSecure     = 0x8000  // CLIENT_SECURE_CONNECTION (RESERVED2 of late): a challenge of 20 bytes
	mysqlPluginAuth = 0x80000 // CLIENT_PLUGIN_AUTH: the greeting ends with the name of a method
)

// mysqlRefusals are errors that come instead of a greeting:
// ER_CON_COUNT_ERROR, ER_HOST_IS_BLOCKED, ER_HOST_NOT_PRIVILEGED.
var mysqlRefusals = map[uint16]bool{1040: true, 1129: true, 1130: true}

func readMySQLGreeting(c *Conn, m octets) (limen.Service, bool) {
	told := m.ended()
	m.take(4 + 8) // the number of the thread, half of the challenge
	filler := m.number()
	can := m.number16(binary.LittleEndian)
	m.take(1 + 2) // character set, status
	can |= m.number16(binary.LittleEndian) << 16
	m.take(1 + 10) // length of the challenge, reserved
	rest := m.take(min(len(m.rest), 13))
	if m.short || filler != 0 || len(rest) < 12 || can&mysqlSecure == 0 || !isMySQLVersion.MatchString(told) {
		return limen.Service{}, false // or so old that it is older than MySQL 4.1
	}
	s := limen.Service{
		Protocol: "mysql", Confidence: limen.Exchanged, Authentication: limen.AuthenticationRequired,
		Evidence: c.Said("the version in its greeting", told),
	}
	if method := m.ended(); can&mysqlPluginAuth != 0 && !m.short {
		s.Evidence = append(s.Evidence, c.Said("the method of authentication in its greeting", method)...)
	}
	s.Product, s.Version = signed(told, mysqlProducts)
	return s, true
}

func readMySQLRefusal(c *Conn, m octets) (limen.Service, bool) {
	code := m.number16(binary.LittleEndian)
	if !mysqlRefusals[uint16(code)] || len(m.rest) == 0 {
		return limen.Service{}, false
	}
	s := limen.Service{Protocol: "mysql", Confidence: limen.Told, Evidence: c.Said("the error it greets with", string(m.rest))}
	for _, product := range []string{"MariaDB", "MySQL"} { // "… is not allowed to connect to this MariaDB server"
		if bytes.Contains(m.rest, []byte("this "+product+" server")) {
			s.Product = product
		}
	}
	return s, true
}

var isMySQLVersion = newPattern(`^\d{1,3}\.\d{1,3}(?:\.\d{1,3})?[ -~]*$`)

// mysqlProducts tell servers by the version they greet with. Those that only
// speak its protocol put the version of MySQL first, for clients that look at
// it; so does MariaDB, with 5.5.5 (MariaDB, "Version Number Replication Hack").
var mysqlProducts = []signature{
	{"MariaDB", newPattern(`^(?:5\.5\.5-)?(\d+\.\d+\.\d+)-MariaDB`)},
	{"TiDB", newPattern(`-TiDB-v(\d+\.\d+\.\d+)`)},
	{"Vitess", newPattern(`-Vitess$`)},
	{"ProxySQL", newPattern(`ProxySQL`)},
	{"OceanBase", newPattern(`-OceanBase[ _a-zA-Z]*-v(\d+\.\d+\.\d+[.\d]{0,20})`)},
	{"MySQL", newPattern(`^(\d+\.\d+\.\d+)(?:-log|-commercial|-\d+(?:\+deb|ubuntu)[\w.+~-]*)?$`)},
	{"Percona Server for MySQL", newPattern(`^(\d+\.\d+\.\d+-\d+)(?:\.\d+)?(?:-log)?$`)},
}
