package probe

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/limenhq/limen"
)

// SSH servers say what they are, and wait for the client to do the same (RFC
// 4253 §4.2). Both then send what they can do; that of the server proves it.
// Servers log a client that leaves before it has said what it is as an error,
// and one that leaves here as a matter of course.
var SSH = Probe{
	Name:     "ssh",
	Ports:    []uint16{22, 222, 2222, 2200, 8022},
	Programs: []string{"sshd", "ssh", "openssh-server", "openssh", "dropbear", "tinyssh", "lsh-server", "gitea", "forgejo", "soft-serve", "sftpgo"},
	Greets:   func(first []byte) bool { return bytes.HasPrefix(first, []byte("SSH-")) },
	Speak: func(c *Conn) (limen.Service, bool) {
		line := c.Line()
		for range 16 { // lines before it are allowed
			if c.Err() != nil || strings.HasPrefix(line, "SSH-") {
				break
			}
			line = c.Line()
		}
		m := sshIdentification.FindStringSubmatch(line)
		if m == nil {
			return limen.Service{}, false
		}
		s := limen.Service{Protocol: "ssh", Confidence: limen.Told, Evidence: c.Said("its identification", line)}
		s.Product, s.Version = signed(m[1], sshProducts)
		c.Send("SSH-2.0-limen\r\n")
		// A packet: its length, that of the padding, then the type (RFC 4253
		// §6), which is SSH_MSG_KEXINIT (§12).
		const kexinit = 20
		if p := c.Next(6); p != nil && binary.BigEndian.Uint32(p) <= 35000 && p[5] == kexinit {
			s.Confidence = limen.Exchanged
		}
		return s, true
	},
}

// sshIdentification is "SSH-2.0-software comments"; 1.99 speaks both versions
// (RFC 4253 §5.1).
var sshIdentification = newPattern(`^SSH-(?:2\.0|1\.99)-([!-~][ -~]{0,251})$`)

var sshProducts = []signature{
	{"OpenSSH", newPattern(`^OpenSSH_(?:for_Windows_)?(\d+\.\d+(?:p\d+)?)(?: |$)`)},
	{"Dropbear", newPattern(`^dropbear_(\d{4}\.\d+)$`)},
	{"libssh", newPattern(`^libssh[_-](\d+\.\d+\.\d+)$`)},
	{"Apache MINA SSHD", newPattern(`^(?:APACHE-SSHD|SSHD(?:-CORE)?)-(\d+\.\d+\.\d+)$`)},
	{"AsyncSSH", newPattern(`^AsyncSSH_(\d+\.\d+\.\d+)$`)},
	{"Paramiko", newPattern(`^paramiko_(\d+\.\d+\.\d+)$`)},
	{"Erlang", newPattern(`^Erlang(?:/(\d+\.\d+[.\d]{0,16}))?$`)},
	{"ProFTPD", newPattern(`^mod_sftp(?:/\d[\w.]*)?$`)}, // the number is that of the module
	{"TinySSH", newPattern(`^tinyssh_`)},
	{"RouterOS", newPattern(`^ROSSSH$`)},
}
