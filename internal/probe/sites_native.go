package probe

import (
	"strings"

	"github.com/limenhq/limen"
)

// nativeSites are no sites: servers of another protocol that answer HTTP with
// a page, to those who took the wrong port. They are met so only where nothing
// is known of owner and port.
var nativeSites = []Site{
	{
		Name:     "MongoDB",
		Protocol: "mongodb",
		Read: func(r *Reply, s *limen.Service) bool {
			return r.Status == 200 && strings.TrimSpace(string(r.Body)) == "It looks like you are trying to access MongoDB over HTTP on the native driver port."
		},
	},
	{
		Name:     "ClickHouse",
		Protocol: "clickhouse",
		Read: func(r *Reply, s *limen.Service) bool {
			first, _, _ := strings.Cut(string(r.Body), "\n")
			return r.Status == 400 && strings.HasPrefix(first, "Port ") && strings.HasSuffix(strings.TrimSpace(first), " is for clickhouse-client program")
		},
	},
}
