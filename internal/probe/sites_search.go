package probe

import (
	"strings"

	"github.com/limenhq/limen"
)

// searchSites search, and keep documents.
var searchSites = []Site{
	{
		Programs: []string{"elasticsearch", "opensearch"}, Ports: []uint16{9200},
		Read: func(r *Reply, s *limen.Service) bool {
			var answer struct {
				Cluster string `json:"cluster_name"`
				UUID    string `json:"cluster_uuid"`
				Version struct {
					Number, Distribution string
					Lucene               string `json:"lucene_version"`
				}
				Tagline string
			}
			if r.Status == 401 && r.Header.Get("X-Elastic-Product") == "Elasticsearch" {
				s.Product, s.Authentication = "Elasticsearch", limen.AuthenticationRequired
				return true
			}
			if r.Status != 200 || !decode(r, &answer) || answer.UUID == "" || !isVersion(answer.Version.Lucene) || !isVersion(answer.Version.Number) {
				return false
			}
			switch {
			case answer.Version.Distribution == "opensearch":
				s.Product = "OpenSearch"
			case answer.Tagline == "You Know, for Search":
				s.Product = "Elasticsearch"
			default:
				return false
			}
			s.Version, s.Title, s.Authentication = answer.Version.Number, answer.Cluster, limen.AuthenticationNone
			return true
		},
	},
	{
		Name: "CouchDB", Ports: []uint16{5984}, Programs: []string{"couchdb"},
		Read: func(r *Reply, s *limen.Service) bool {
			var answer struct{ CouchDB, Version string }
			if _, ok := productIn(r.Header.Get("Server"), "CouchDB"); !ok || !decode(r, &answer) || answer.CouchDB != "Welcome" || !isVersion(answer.Version) {
				return false
			}
			s.Version = answer.Version
			return true
		},
	},
	{
		Name: "InfluxDB", Ports: []uint16{8086}, Programs: []string{"influxd", "influxdb"},
		Read: func(r *Reply, s *limen.Service) bool {
			s.Version = strings.TrimPrefix(r.Header.Get("X-Influxdb-Version"), "v")
			return isVersion(s.Version)
		},
	},
	{
		Name: "Kibana", Ports: []uint16{5601}, Programs: []string{"kibana"},
		Read: func(r *Reply, s *limen.Service) bool {
			s.Title, s.Version = r.Header.Get("Kbn-Name"), r.Header.Get("Kbn-Version")
			return s.Title != ""
		},
	},
	{
		Name: "MinIO", Protocol: "s3", Ports: []uint16{9000}, Programs: []string{"minio"},
		Read: func(r *Reply, s *limen.Service) bool {
			if r.Header.Get("Server") != "MinIO" {
				return false
			}
			if r.Status == 403 {
				s.Authentication = limen.AuthenticationRequired
			}
			return true
		},
	},
	{
		// Anything that keeps to Amazon's S3 says so in its errors.
		Protocol: "s3",
		Read: func(r *Reply, s *limen.Service) bool {
			body := string(r.Body)
			if r.Status != 403 || r.Header.Get("X-Amz-Request-Id") == "" || !strings.Contains(body, "<Error><Code>AccessDenied</Code>") {
				return false
			}
			s.Authentication = limen.AuthenticationRequired
			return true
		},
	},
}
