package probe

import (
	"encoding/xml"
	"strings"

	"github.com/limenhq/limen"
)

// deviceSites stand in living rooms and hallways.
var deviceSites = []Site{
	{
		Name: "Chromecast", Protocol: "chromecast",
		Ports: []uint16{8008, 8443},
		Path:  "/setup/eureka_info",
		Read: func(r *Reply, s *limen.Service) bool {
			var answer struct {
				Name     string
				Build    string `json:"build_version"`
				Revision string `json:"cast_build_revision"`
			}
			if r.Status != 200 || !decode(r, &answer) || answer.Name == "" || !isVersion(answer.Revision) {
				return false
			}
			s.Title, s.Version = answer.Name, answer.Revision
			return true
		},
	},
	{
		// DIAL: the header is what makes a device description one of it
		// (Discovery And Launch 2.2.1, §5.4).
		Protocol: "dial",
		Ports:    []uint16{8008},
		Path:     "/ssdp/device-desc.xml",
		Read: func(r *Reply, s *limen.Service) bool {
			var answer struct {
				Device struct {
					FriendlyName string `xml:"friendlyName"`
					ModelName    string `xml:"modelName"`
				} `xml:"device"`
			}
			if r.Status != 200 || r.Header.Get("Application-Url") == "" || xml.Unmarshal(r.Body, &answer) != nil {
				return false
			}
			s.Product, s.Title = answer.Device.ModelName, answer.Device.FriendlyName
			return true
		},
	},
	{
		Name: "AirPlay", Protocol: "airplay",
		Programs: []string{"controlcenter", "airplayxpchelper", "shairport-sync", "uxplay"},
		Read: func(r *Reply, s *limen.Service) bool {
			version, ok := productIn(r.Header.Get("Server"), "AirTunes")
			s.Version = version
			return ok
		},
	},
	{
		Name: "Home Assistant", Programs: []string{"hass", "home-assistant", "homeassistant"}, Ports: []uint16{8123},
		Sign: func(root *Reply) bool { return strings.Contains(string(root.Body), "/frontend_latest/") },
		Path: "/manifest.json",
		Read: func(r *Reply, s *limen.Service) bool {
			var answer struct {
				Name  string
				Short string `json:"short_name"`
			}
			return r.Status == 200 && strings.Contains(string(r.Root.Body), "/frontend_latest/") &&
				decode(r, &answer) && answer.Name == "Home Assistant"
		},
	},
	{
		Name: "Plex Media Server", Programs: []string{"plex media server", "plexmediaserver"}, Ports: []uint16{32400},
		Sign: func(root *Reply) bool { return root.Header.Get("X-Plex-Protocol") != "" },
		Path: "/identity",
		Read: func(r *Reply, s *limen.Service) bool {
			var answer struct {
				XMLName xml.Name `xml:"MediaContainer"`
				Version string   `xml:"version,attr"`
			}
			if r.Header.Get("X-Plex-Protocol") == "" || xml.Unmarshal(r.Body, &answer) != nil {
				return false
			}
			s.Version = answer.Version
			return true
		},
	},
	{
		Name: "Syncthing", Programs: []string{"syncthing"},
		Read: func(r *Reply, s *limen.Service) bool {
			s.Version = strings.TrimPrefix(r.Header.Get("X-Syncthing-Version"), "v")
			return isVersion(s.Version)
		},
	},
	{
		Name: "CUPS", Protocol: "ipp", Programs: []string{"cupsd"}, Ports: []uint16{631},
		Read: func(r *Reply, s *limen.Service) bool {
			version, ok := productIn(r.Header.Get("Server"), "CUPS")
			_, ipp := productIn(r.Header.Get("Server"), "IPP")
			s.Version = version
			return ok && ipp
		},
	},
	{
		Name: "Pi-hole",
		Read: func(r *Reply, s *limen.Service) bool { return r.Header.Get("X-Pi-Hole") != "" },
	},
}
