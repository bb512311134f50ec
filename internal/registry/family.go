package registry

import "slices"

// families are ports that serve one end, each port in one family at most.
// Whoever asks about one wants to know of the others.
var families = []struct {
	name  string
	ports []uint16
}{
	{"HTTP, its TLS, and the numbers that stand in for them", []uint16{80, 443, 591, 8000, 8008, 8080, 8443, 8448}},
	{"FTP", []uint16{20, 21, 989, 990}},
	{"Telnet", []uint16{23, 992}},
	{"mail", []uint16{25, 110, 143, 465, 587, 993, 995, 2525, 4190}},
	{"DNS and other ways to ask for names", []uint16{53, 853, 5353, 5355}},
	{"DHCP", []uint16{67, 68, 546, 547}},
	{"Kerberos", []uint16{88, 464, 749}},
	{"NFS and its port mapper", []uint16{111, 2049, 4045}},
	{"Usenet", []uint16{119, 563}},
	{"Windows file sharing", []uint16{137, 138, 139, 445}},
	{"SNMP", []uint16{161, 162}},
	{"LDAP", []uint16{389, 636, 3268, 3269}},
	{"IPsec and L2TP", []uint16{500, 1701, 4500}},
	{"the r-commands", []uint16{512, 513, 514}},
	{"printers", []uint16{515, 631, 9100}},
	{"RTSP", []uint16{554, 8554}},
	{"caught mail", []uint16{1025, 1080, 8025}},
	{"SQL Server", []uint16{1433, 1434}},
	{"H.323", []uint16{1719, 1720}},
	{"RADIUS", []uint16{1812, 1813, 3799}},
	{"MQTT", []uint16{1883, 8883}},
	{"cPanel and WHM", []uint16{2082, 2083, 2086, 2087, 2095, 2096}},
	{"ZooKeeper", []uint16{2181, 2888, 3888}},
	{"Docker", []uint16{2375, 2376, 2377, 7946}},
	{"etcd", []uint16{2379, 2380, 2381}},
	{"Node development servers", []uint16{3000, 3001}},
	{"MySQL", []uint16{3306, 3307, 33060}},
	{"Ceph", []uint16{3300, 6789, 7480}},
	{"STUN and TURN", []uint16{3478, 5349}},
	{"Firebase emulators", []uint16{4000, 4400, 5001, 8085, 9000, 9099, 9199}},
	{"Vite", []uint16{4173, 5173, 5174, 24678}},
	{"NATS", []uint16{4222, 6222, 8222}},
	{"OpenTelemetry", []uint16{4317, 4318}},
	{"RabbitMQ", []uint16{4369, 5671, 5672, 15672, 25672}},
	{"Galera", []uint16{4444, 4567, 4568}},
	{"Salt", []uint16{4505, 4506}},
	{"Nomad", []uint16{4646, 4647, 4648}},
	{"AirPlay", []uint16{5000, 7000}},
	{"Android tools", []uint16{5037, 5554, 5555}},
	{"the Elastic stack", []uint16{5044, 5601, 9200, 9300, 9600}},
	{"SIP", []uint16{5060, 5061}},
	{"XMPP", []uint16{5222, 5223, 5269, 5280, 5281, 5347}},
	{"PostgreSQL", []uint16{5432, 5433, 6432}},
	{"CoAP", []uint16{5683, 5684}},
	{"VNC", []uint16{5800, 5900, 5901, 6080}},
	{"CouchDB", []uint16{5984, 6984}},
	{"Windows Remote Management", []uint16{5985, 5986}},
	{"Qdrant", []uint16{6333, 6334}},
	{"Redis", []uint16{6379, 6380, 16379, 26379}},
	{"Kubernetes", []uint16{6443, 10249, 10250, 10255, 10256, 10257, 10259}},
	{"IRC", []uint16{6667, 6697}},
	{"the *arr programs", []uint16{6767, 7878, 8686, 8989, 9696}},
	{"Cassandra", []uint16{7001, 7199, 9042, 9160}},
	{"Temporal", []uint16{7233, 8233}},
	{"Neo4j", []uint16{7473, 7474, 7687}},
	{"Riak", []uint16{8087, 8098}},
	{"Couchbase", []uint16{8091, 8092, 8093, 8096}},
	{"Vault", []uint16{8200, 8201}},
	{"Consul", []uint16{8300, 8301, 8302, 8500, 8501, 8502, 8600}},
	{"Bitcoin", []uint16{8332, 8333, 9735}},
	{"Syncthing", []uint16{8384, 21027, 22000}},
	{"Ethereum", []uint16{8545, 8546, 30303}},
	{"MikroTik", []uint16{8291, 8728, 8729}},
	{"Tor", []uint16{9050, 9051, 9150}},
	{"Prometheus", []uint16{9090, 9091, 9093, 9094}},
	{"Bacula", []uint16{9101, 9102, 9103}},
	{"Node's inspector", []uint16{9229, 9230}},
	{"Tvheadend", []uint16{9981, 9982}},
	{"TeamSpeak", []uint16{9987, 10011, 30033}},
	{"Azurite", []uint16{10000, 10001, 10002}},
	{"Zabbix", []uint16{10050, 10051}},
	{"Istio", []uint16{15000, 15001, 15006, 15021}},
	{"Minecraft", []uint16{19132, 25565, 25575}},
	{"RustDesk", []uint16{21115, 21116, 21117}},
	{"MongoDB", []uint16{27017, 27018, 27019, 28017}},
	{"RethinkDB", []uint16{28015, 29015}},
	{"ActiveMQ", []uint16{8161, 61613, 61616}},
}

// relatives returns the family of a port and its other members.
func relatives(port uint16) (family string, others []uint16) {
	for _, f := range families {
		if i := slices.Index(f.ports, port); i >= 0 {
			return f.name, slices.Concat(f.ports[:i], f.ports[i+1:])
		}
	}
	return "", nil
}
