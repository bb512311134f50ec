package probe

import (
	"bytes"
	"strings"

	"github.com/limenhq/limen"
)

// RTSP asks a streaming server what it can do (RFC 2326 §10.1).
var RTSP = Probe{
	Name:     "rtsp",
	Ports:    []uint16{554, 8554},
	Programs: []string{"mediamtx", "rtsp-simple-server", "vlc", "live555mediaserver", "go2rtc"},
	Complains: func(reply []byte) bool {
		return bytes.HasPrefix(reply, []byte("RTSP/1.0 "))
	},
	Speak: func(c *Conn) (limen.Service, bool) {
		c.Send("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: limen\r\n\r\n")
		status := c.Line()
		if !strings.HasPrefix(status, "RTSP/1.0 ") {
			return limen.Service{}, false
		}
		s := limen.Service{Protocol: "rtsp", Confidence: limen.Exchanged, Evidence: c.Said("the answer to OPTIONS", status)}
		if strings.HasPrefix(status, "RTSP/1.0 401") {
			s.Authentication = limen.AuthenticationRequired
		}
		for line := c.Line(); line != ""; line = c.Line() {
			name, value, _ := strings.Cut(line, ":")
			if strings.EqualFold(name, "Server") {
				s.Product, s.Version = rtspServer(strings.TrimSpace(value))
				s.Evidence = append(s.Evidence, c.Said("its Server field", strings.TrimSpace(value))...)
			}
		}
		return s, true
	},
}

// rtspServer splits "AirTunes/220.68" as RFC 2326 §12.36 writes it; what has
// another form names no product.
func rtspServer(value string) (product, version string) {
	product, version, _ = strings.Cut(value, "/")
	if strings.ContainsAny(product, " \t(") {
		return "", ""
	}
	if product == "AirTunes" {
		product = "AirPlay"
	}
	version, _, _ = strings.Cut(version, " ")
	return product, version
}
