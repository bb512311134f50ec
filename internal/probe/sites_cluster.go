package probe

import (
	"strings"

	"github.com/limenhq/limen"
)

// clusterSites run containers and keep clusters together.
var clusterSites = []Site{
	{
		Protocol: "docker", Ports: []uint16{2375, 2376}, Programs: []string{"dockerd", "podman"},
		Sign: func(root *Reply) bool {
			_, ok := productIn(root.Header.Get("Server"), "Docker")
			_, also := productIn(root.Header.Get("Server"), "Libpod")
			return ok || also
		},
		Path: "/version", // Docker Engine API, SystemVersion
		Read: func(r *Reply, s *limen.Service) bool {
			var answer struct {
				Version    string
				API        string `json:"ApiVersion"`
				MinAPI     string `json:"MinAPIVersion"`
				Components []struct{ Name string }
			}
			if r.Status != 200 || !decode(r, &answer) || !isVersion(answer.API) || !isVersion(answer.MinAPI) || !isVersion(answer.Version) {
				return false
			}
			s.Product, s.Version, s.Authentication = "Docker Engine", answer.Version, limen.AuthenticationNone
			if len(answer.Components) > 0 && answer.Components[0].Name == "Podman Engine" {
				s.Product = "Podman"
			}
			return true
		},
	},
	{
		Name: "Kubernetes API server", Protocol: "kubernetes",
		Ports: []uint16{6443, 8443, 16443}, Programs: kubernetes,
		Sign: isKubernetes,
		Path: "/version",
		Read: func(r *Reply, s *limen.Service) bool {
			var answer struct{ Major, Minor, GitVersion, GitCommit, Platform string }
			if r.Status != 200 || !decode(r, &answer) || answer.Major == "" || answer.GitCommit == "" || !isVersion(answer.GitVersion) {
				return false
			}
			s.Version = strings.TrimPrefix(answer.GitVersion, "v")
			if isKubernetes(r.Root) {
				s.Authentication = limen.AuthenticationRequired
			}
			return true
		},
	},
	{
		// Where strangers may not even ask for the version.
		Name: "Kubernetes API server", Protocol: "kubernetes", Programs: kubernetes,
		Read: func(r *Reply, s *limen.Service) bool {
			s.Authentication = limen.AuthenticationRequired
			return isKubernetes(r)
		},
	},
	{
		Name: "Kubelet", Protocol: "kubelet", Programs: []string{"kubelet"}, Path: "/healthz",
		Read: func(r *Reply, s *limen.Service) bool {
			says := strings.TrimSpace(string(r.Body))
			s.Confidence = limen.Told // the words are everybody's; only the owner makes them its own
			switch {
			case r.Status == 401 && says == "Unauthorized":
				s.Authentication = limen.AuthenticationRequired
			case r.Status != 200 || says != "ok":
				return false
			}
			return true
		},
	},
	{
		Name: "etcd", Ports: []uint16{2379, 2380, 4001}, Programs: []string{"etcd"}, Path: "/version",
		Read: func(r *Reply, s *limen.Service) bool {
			var answer struct{ EtcdServer, EtcdCluster string }
			if r.Status != 200 || !decode(r, &answer) || !isVersion(answer.EtcdServer) || answer.EtcdCluster == "" {
				return false
			}
			s.Version = answer.EtcdServer
			return true
		},
	},
	{
		Name: "Consul", Ports: []uint16{8500, 8501}, Programs: []string{"consul"}, Path: "/v1/status/leader",
		Sign: func(root *Reply) bool { return leads(root, "/ui/") },
		Read: func(r *Reply, s *limen.Service) bool {
			var leader string
			return r.Status == 200 && decode(r, &leader) && r.Header.Get("X-Consul-Default-Acl-Policy") != ""
		},
	},
	{
		Name: "Vault", Ports: []uint16{8200}, Programs: []string{"vault"}, Path: "/v1/sys/health",
		Read: func(r *Reply, s *limen.Service) bool {
			var answer struct {
				Initialized, Sealed, Standby *bool
				Time                         int64 `json:"server_time_utc"`
				Version                      string
			}
			if !decode(r, &answer) || answer.Initialized == nil || answer.Sealed == nil || answer.Standby == nil || answer.Time == 0 || !isVersion(answer.Version) {
				return false
			}
			s.Version, s.Authentication = answer.Version, limen.AuthenticationRequired
			return true
		},
	},
	{
		Name: "Nomad", Ports: []uint16{4646}, Programs: []string{"nomad"}, Path: "/v1/agent/health",
		Sign: func(root *Reply) bool { return leads(root, "/ui/") },
		Read: func(r *Reply, s *limen.Service) bool {
			type part struct {
				OK      *bool
				Message string
			}
			var answer struct{ Server, Client *part }
			if !decode(r, &answer) {
				return false
			}
			known := func(p *part) bool { return p != nil && p.OK != nil && p.Message != "" }
			return leads(r.Root, "/ui/") && (known(answer.Server) || known(answer.Client))
		},
	},
}

var kubernetes = []string{"kube-apiserver", "k3s", "k3s-server", "minikube", "k0s", "microk8s"}

// isKubernetes reports whether r is the refusal of a Kubernetes API server.
func isKubernetes(r *Reply) bool {
	var answer struct {
		Kind, APIVersion, Status string
		Code                     int
	}
	return (r.Status == 401 || r.Status == 403) && decode(r, &answer) &&
		answer.Kind == "Status" && answer.APIVersion == "v1" && answer.Status == "Failure" && answer.Code == r.Status
}
