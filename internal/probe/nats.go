package probe

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/limenhq/limen"
)

// NATS servers speak first: INFO and what they are. One that asks nobody who
// they are answers PING before CONNECT; others would log a violation, and are
// believed (NATS, "Client Protocol").
var NATS = Probe{
	Name:     "nats",
	Ports:    []uint16{4222, 4223, 6222, 7422},
	Programs: []string{"nats-server", "nats", "gnatsd", "nats-streaming-server"},
	Greets:   func(first []byte) bool { return bytes.HasPrefix(first, []byte("INFO {")) },
	Speak: func(c *Conn) (limen.Service, bool) {
		line := c.Line()
		text, ok := strings.CutPrefix(line, "INFO ")
		var info struct {
			ID      string `json:"server_id"`
			Name    string `json:"server_name"`
			Version string `json:"version"`
			Auth    bool   `json:"auth_required"`
			TLS     bool   `json:"tls_required"`
			Verify  bool   `json:"tls_verify"`
		}
		if !ok || json.Unmarshal([]byte(text), &info) != nil || info.ID == "" || !isNATSVersion.MatchString(info.Version) {
			return limen.Service{}, false
		}
		s := limen.Service{
			Protocol: "nats", Product: "NATS", Version: info.Version, Confidence: limen.Told,
			Evidence: c.Said("its INFO", `"version":"`+info.Version+`"`),
		}
		if info.Name != info.ID && len(info.Name) <= 128 {
			s.Title = info.Name
		}
		if info.Auth || info.Verify {
			s.Authentication = limen.AuthenticationRequired
			return s, true
		}
		if info.TLS && !c.Secure() {
			return s, true // it now waits for TLS
		}
		c.Send("PING\r\n")
		if pong := c.Line(); pong == "PONG" {
			s.Confidence, s.Authentication = limen.Exchanged, limen.AuthenticationNone
			s.Evidence = append(s.Evidence, c.Said("the answer to PING", pong)...)
		}
		return s, true
	},
}

var isNATSVersion = newPattern(`^\d+\.\d+\.\d+[\w.+-]{0,32}$`)
