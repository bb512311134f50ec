// Package probe finds out what speaks at an endpoint, by asking it as its own
// clients would: one connection at a time, nothing written, no login guessed,
// and the owner decides what is asked first.
package probe

import "github.com/limenhq/limen"

// A Probe knows one protocol: how a server of it is met, and what its answer
// tells.
type Probe struct {
	Name      string          // of the protocol, as in limen.Service
	Transport limen.Transport // zero means TCP
	Ports     []uint16        // where it is usually met
	Programs  []string        // programs, packages and images that speak it, in lower case

	TLS  bool     // it is only ever spoken inside TLS
	ALPN []string // the names of the protocol inside TLS (RFC 7301), if a server may insist on one

	// Opening sends what a client of this protocol says first. It is set for
	// the one probe whose question servers of other protocols are met with
	// where nothing is known of them, and has been called when Speak is.
	Opening func(c *Conn)

	// Greets reports whether first, what a server said before it was asked,
	// is this protocol. It is nil where servers wait to be asked.
	Greets func(first []byte) bool

	// Complains reports whether reply is how such servers answer an HTTP
	// request. It is nil where they say nothing, or close.
	Complains func(reply []byte) bool

	// Claims says what the command line of the owner tells of the endpoint:
	// that it speaks this protocol, and whether it may be asked. Nil where
	// command lines tell nothing. A probe with Claims and without Greets is
	// never tried on a server that it does not claim.
	Claims func(t Target) Claim

	// Speak holds the conversation, and reports whether it is the protocol.
	// Where servers greet, the greeting is still to be read. It sets
	// everything but TLS, which is the connection's business.
	Speak func(c *Conn) (limen.Service, bool)
}

// All is every probe, in the order they are tried where nothing is known of
// the owner and the port. Those that wait in silence for a wrong question
// stand last.
var All = []Probe{
	HTTP,
	GRPC,
	Redis,
	Memcached,
	AMQP,

	SSH,
	MySQL,
	FTP,
	SMTP,
	IMAP,
	POP3,
	NATS,
	VNC,
	Rsync,
	Telnet,

	DNSOverTCP,
	RTSP,
	Postgres,
	MongoDB,
	LDAP,
	MQTT,
	SMB,
	RDP,
	Kafka,
	Cassandra,
	X11,
	SOCKS,
	ZooKeeper,
	Git,
	CastV2,
	Debugpy,
	Delve,
	JDWP,

	DNS,
	MDNS,
	NTP,
	SNMP,
	STUN,
	QUIC,
	WireGuard,
	DHCP,
}

// transport returns what the protocol is carried over.
func (p Probe) transport() limen.Transport {
	if p.Transport == 0 {
		return limen.TCP
	}
	return p.Transport
}

// speak holds the conversation from its first word on.
func (p Probe) speak(c *Conn) (limen.Service, bool) {
	if p.Opening != nil {
		p.Opening(c)
	}
	return p.Speak(c)
}
