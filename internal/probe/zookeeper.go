package probe

import (
	"strings"

	"github.com/limenhq/limen"
)

// ZooKeeper answers words of four letters (ZooKeeper administrator's guide,
// "The Four Letter Words"). Of those, srvr is allowed where nothing was set.
var ZooKeeper = Probe{
	Name:     "zookeeper",
	Ports:    []uint16{2181, 2182},
	Programs: []string{"zookeeper", "quorumpeermain", "zookeeperservermain", "cp-zookeeper"},
	Speak: func(c *Conn) (limen.Service, bool) {
		c.Send("srvr")
		line := c.Line()
		s := limen.Service{Protocol: "zookeeper", Product: "ZooKeeper", Confidence: limen.Exchanged, Evidence: c.Said("the answer to srvr", line)}
		if m := zooKeeperVersion.FindStringSubmatch(line); m != nil {
			s.Version = m[1]
			return s, true
		}
		return s, strings.HasPrefix(line, "srvr is not executed because it is not in the whitelist.")
	},
}

var zooKeeperVersion = newPattern(`^Zookeeper version: (\d+\.\d+\.\d+)[ -~]{0,128}, built on `)
