package probe

import (
	"strings"

	"github.com/limenhq/limen"
)

// monitorSites watch others, and build and keep their code.
var monitorSites = []Site{
	{
		// Others answer the same question in the same form, so the way from
		// / counts too, and a first number of at least 1: Thanos has 0.
		Name: "Prometheus", Ports: []uint16{9090}, Programs: []string{"prometheus"},
		Sign: isPrometheus,
		Path: "/api/v1/status/buildinfo",
		Read: func(r *Reply, s *limen.Service) bool {
			var answer struct {
				Status string
				Data   struct{ Version, Revision, GoVersion, Application string }
			}
			if !isPrometheus(r.Root) || !decode(r, &answer) || answer.Status != "success" || answer.Data.GoVersion == "" || answer.Data.Application != "" {
				return false
			}
			s.Version, s.Authentication = answer.Data.Version, limen.AuthenticationNone
			return isVersion(s.Version) && !strings.HasPrefix(s.Version, "0.")
		},
	},
	{
		Name: "Prometheus node exporter", Ports: []uint16{9100}, Programs: []string{"node_exporter", "prometheus-node-exporter"},
		Sign: func(root *Reply) bool { return strings.Contains(string(root.Body), "<h1>Node Exporter</h1>") },
		Path: "/metrics",
		Read: func(r *Reply, s *limen.Service) bool {
			m := nodeExporter.FindStringSubmatch(string(r.Body))
			if m == nil {
				return false
			}
			s.Version, s.Authentication = m[1], limen.AuthenticationNone
			return true
		},
	},
	{
		Name: "Grafana", Programs: []string{"grafana", "grafana-server"},
		Sign: func(root *Reply) bool {
			return leads(root, "/login") && strings.EqualFold(root.Header.Get("X-Frame-Options"), "deny") && root.Header.Get("X-Content-Type-Options") == "nosniff"
		},
		Path: "/api/health",
		Read: func(r *Reply, s *limen.Service) bool {
			var answer struct{ Commit, Database, Version string }
			if !decode(r, &answer) || answer.Database == "" || answer.Commit == "" || !isVersion(answer.Version) {
				return false
			}
			s.Version, s.Authentication = answer.Version, limen.AuthenticationRequired
			return true
		},
	},
	{
		Name: "Jenkins", Programs: []string{"jenkins"},
		Read: func(r *Reply, s *limen.Service) bool {
			s.Version = r.Header.Get("X-Jenkins")
			if r.Status == 403 {
				s.Authentication = limen.AuthenticationRequired
			}
			return isVersion(s.Version)
		},
	},
	forge("Forgejo", "i_like_forgejo", "forgejo"),
	forge("Gitea", "i_like_gitea", "gitea"),
	{
		Name: "RabbitMQ management", Ports: []uint16{15672}, Path: "/api/overview",
		Sign: isRabbit,
		Read: func(r *Reply, s *limen.Service) bool {
			if !isRabbit(r.Root) || r.Status != 401 || !strings.Contains(r.Header.Get("WWW-Authenticate"), `"RabbitMQ Management"`) {
				return false
			}
			s.Authentication = limen.AuthenticationRequired
			return true
		},
	},
}

// nodeExporter finds the line with which an exporter says what it is.
var nodeExporter = newPattern(`(?m)^node_exporter_build_info\{[^}\n]{0,400}\bversion="(\d[^"\n]{0,40})"`)

func isPrometheus(root *Reply) bool {
	return leads(root, "/graph", "/query", "/classic/graph")
}

func isRabbit(root *Reply) bool {
	return strings.Contains(string(root.Body), "<title>RabbitMQ Management</title>")
}

// forge is a site for code with the interface of Gitea, known by its cookie.
func forge(name, cookie, program string) Site {
	is := func(root *Reply) bool {
		for _, c := range root.Header.Values("Set-Cookie") {
			if strings.HasPrefix(c, cookie+"=") {
				return true
			}
		}
		return false
	}
	return Site{
		Name: name, Programs: []string{program}, Sign: is, Path: "/api/v1/version",
		Read: func(r *Reply, s *limen.Service) bool {
			var answer struct{ Version string }
			if !is(r.Root) || !decode(r, &answer) {
				return is(r.Root)
			}
			s.Version = answer.Version
			return true
		},
	}
}
