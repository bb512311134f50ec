package registry

import (
	"slices"

	"github.com/limenhq/limen"
)

// A badPort is a row of the Fetch standard's table of bad ports.
type badPort struct {
	port uint16
	name string // its "typical service"; empty where the standard has a dash
}

// badPorts are the ports that a browser must not connect to for an http or
// https URL, so that a web page cannot make it speak to a mail server: the
// Fetch standard, section "Port blocking", as of the review draft of June 2026.
// In the standard's order, which is that of the numbers.
var badPorts = []badPort{
	{0, ""},
	{1, "tcpmux"},
	{7, "echo"},
	{9, "discard"},
	{11, "systat"},
	{13, "daytime"},
	{15, "netstat"},
	{17, "qotd"},
	{19, "chargen"},
	{20, "ftp-data"},
	{21, "ftp"},
	{22, "ssh"},
	{23, "telnet"},
	{25, "smtp"},
	{37, "time"},
	{42, "name"},
	{43, "nicname"},
	{53, "domain"},
	{69, "tftp"},
	{77, ""},
	{79, "finger"},
	{87, ""},
	{95, "supdup"},
	{101, "hostname"},
	{102, "iso-tsap"},
	{103, "gppitnp"},
	{104, "acr-nema"},
	{109, "pop2"},
	{110, "pop3"},
	{111, "sunrpc"},
	{113, "auth"},
	{115, "sftp"},
	{117, "uucp-path"},
	{119, "nntp"},
	{123, "ntp"},
	{135, "epmap"},
	{137, "netbios-ns"},
	{139, "netbios-ssn"},
	{143, "imap"},
	{161, "snmp"},
	{179, "bgp"},
	{389, "ldap"},
	{427, "svrloc"},
	{465, "submissions"},
	{512, "exec"},
	{513, "login"},
	{514, "shell"},
	{515, "printer"},
	{526, "tempo"},
	{530, "courier"},
	{531, "chat"},
	{532, "netnews"},
	{540, "uucp"},
	{548, "afp"},
	{554, "rtsp"},
	{556, "remotefs"},
	{563, "nntps"},
	{587, "submission"},
	{601, "syslog-conn"},
	{636, "ldaps"},
	{989, "ftps-data"},
	{990, "ftps"},
	{993, "imaps"},
	{995, "pop3s"},
	{1719, "h323gatestat"},
	{1720, "h323hostcall"},
	{1723, "pptp"},
	{2049, "nfs"},
	{3659, "apple-sasl"},
	{4045, "npp"},
	{4190, "sieve"},
	{5060, "sip"},
	{5061, "sips"},
	{6000, "x11"},
	{6566, "sane-port"},
	{6665, "ircu"},
	{6666, "ircu"},
	{6667, "ircu"},
	{6668, "ircu"},
	{6669, "ircu"},
	{6679, "osaut"},
	{6697, "ircs-u"},
	{10080, "amanda"},
}

// BlockedByBrowsers reports whether browsers refuse to open http and https
// URLs with this port, and the service that the Fetch standard names as the
// reason, which is empty for the few where it names none.
func BlockedByBrowsers(port uint16) (name string, blocked bool) {
	i, ok := slices.BinarySearchFunc(badPorts, port, func(b badPort, port uint16) int {
		return int(b.port) - int(port)
	})
	if !ok {
		return "", false
	}
	return badPorts[i].name, true
}

// browserRule is the rule for a blocked port.
func browserRule(name string) limen.Evidence {
	what := "Browsers refuse to open http and https URLs with this port"
	if name != "" {
		what += ", because " + name + " is expected there"
	}
	return limen.Evidence{What: what, From: "Fetch standard, port blocking"}
}
