package registry

import (
	"github.com/limenhq/limen"
)

// registrants are who the notable numbers were registered for, and when, as
// IANA's list says: its assignee and the year of its registration date, which
// it has for entries since 2002 or so. Where IANA names the IESG the number
// belongs to a standard and nobody is named here. A test compares all of this
// with the list.
var registrants = []struct {
	port    uint16
	service string
	name    string
	year    int // 0 where IANA gives none
}{
	{21, "ftp", "Jon Postel", 0},
	{23, "telnet", "Jon Postel", 0},
	{53, "domain", "Paul Mockapetris", 0},
	{69, "tftp", "David Clark", 0},
	{70, "gopher", "Mark McCahill", 0},
	{79, "finger", "David Zimmerman", 0},
	{80, "www-http", "Tim Berners-Lee", 0},
	{88, "kerberos", "B Clifford Neuman", 0},
	{110, "pop3", "Marshall Rose", 0},
	{123, "ntp", "Dave Mills", 0},
	{179, "bgp", "Kirk Lougheed", 0},
	{389, "ldap", "Tim Howes", 0},
	{445, "microsoft-ds", "Pradeep Bahl", 0},
	{554, "rtsp", "Rob Lanphier", 0},
	{591, "http-alt", "Clay Maeckel", 0},
	{655, "tinc", "Ivo Timmermans", 0},
	{873, "rsync", "Andrew Tridgell", 0},
	{1080, "socks", "Ying-Da Lee", 0},
	{1194, "openvpn", "James Yonan", 2004},
	{1337, "menandmice-dns", "Sigfus Magnusson", 0},
	{1883, "mqtt", "OASIS", 0},
	{1900, "ssdp", "UPnP Forum", 0},
	{1935, "macromedia-fcs", "Pritham Shetty", 0},
	{2049, "nfs", "Brent Callaghan", 0},
	{2375, "docker", "Docker", 2014},
	{2376, "docker-s", "Docker", 2014},
	{2377, "swarm", "Docker Inc", 2016},
	{2379, "etcd-client", "CoreOS", 2014},
	{2380, "etcd-server", "CoreOS", 2014},
	{2947, "gpsd", "Eric S Raymond", 0},
	{3000, "hbci", "Kurt Haubner", 0},
	{3300, "ceph", "Sage Weil", 2015},
	{3306, "mysql", "Monty", 0},
	{3493, "nut", "Network UPS Tools Project", 2002},
	{3551, "apcupsd", "Riccardo Facchetti", 2002},
	{3632, "distcc", "Martin Pool", 2002},
	{3689, "daap", "Amandeep Jawa", 2003},
	{3690, "svn", "Greg Hudson", 2003},
	{3702, "ws-discovery", "Christian Huitema", 2003},
	{4317, "opentelemetry", "OpenTelemetry", 2020},
	{4369, "epmd", "Erlang", 0},
	{4569, "iax", "Benjamin Kowarsch", 0},
	{4730, "gearman", "Eric Day", 2009},
	{4789, "vxlan", "Lawrence Kreeger", 2013},
	{4840, "opcua-tcp", "OPC Foundation", 0},
	{4949, "munin", "Jimmy Olsen", 2010},
	{5280, "xmpp-bosh", "Peter Saint-Andre", 2009},
	{5355, "llmnr", "Bernard Aboba", 2004},
	{5432, "postgresql", "Tom Lane", 0},
	{5666, "nrpe", "Nagios Enterprises LLC", 2017},
	{5671, "amqps", "Ted Ross", 2008},
	{5672, "amqp", "Pieter Hintjens", 2006},
	{5900, "rfb", "Tristan Richardson", 2006},
	{5984, "couchdb", "Noah Slater", 2007},
	{5985, "wsman", "Jim Davis", 2006},
	{6000, "x11", "Stephen Gildea", 0},
	{6379, "redis", "Salvatore Sanfilippo", 2015},
	{6432, "pgbouncer", "Marko Kreen", 2009},
	{6653, "openflow", "Open Networking Foundation", 2013},
	{7474, "neo4j", "Neo Technology Inc", 2013},
	{7687, "bolt", "Neo Technology Inc", 2016},
	{8000, "irdmi", "Gil Shafriri", 0},
	{8008, "http-alt", "James Gettys", 0},
	{8009, "nvme-disc", "NVM Express Inc", 2018},
	{8080, "http-alt", "Stephen Casner", 0},
	{8140, "puppet", "Puppet", 2014},
	{8448, "matrix-fed", "The Matrix.org Foundation C.I.C.", 2023},
	{8883, "secure-mqtt", "OASIS", 2008},
	{9100, "pdl-datastream", "Stuart Cheshire", 2002},
	{9101, "bacula-dir", "Kern Sibbald", 2002},
	{9102, "bacula-fd", "Kern Sibbald", 2002},
	{9103, "bacula-sd", "Kern Sibbald", 2002},
	{9418, "git", "Linus Torvalds", 2005},
	{9876, "sd", "Van Jacobson", 0},
	{9993, "palace-2", "Douglas Crockford", 0},
	{10050, "zabbix-agent", "Alexei Vladishev", 2006},
	{10051, "zabbix-trapper", "Alexei Vladishev", 2006},
	{11211, "memcache", "Trond Norbye", 2009},
	{11371, "hkp", "David Shaw", 2003},
	{11434, "ollama", "Jesse Gross", 2025},
	{17500, "db-lsp", "Paul Bohm", 2010},
	{26257, "cockroach", "Cockroach Labs Inc", 2015},
	{27017, "mongodb", "MongoDB Inc.", 2019},
	{33060, "mysqlx", "Oracle", 2015},
}

// registrant returns who asked for a port, or nil if that is not notable.
func registrant(port uint16) *limen.Registrant {
	for _, r := range registrants {
		if r.port == port {
			return &limen.Registrant{Service: r.service, Name: r.name, Year: r.year}
		}
	}
	return nil
}
