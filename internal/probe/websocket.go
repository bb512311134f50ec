package probe

import (
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"strings"
)

// wantsWebSocket reports whether the answer to GET / says that nothing but a
// WebSocket is to be had there: 426 with the protocol to go on with (RFC 9110
// §15.5.22). Handshakes with others would only open what nobody asked for.
func wantsWebSocket(root *Reply) bool {
	return root.Status == http.StatusUpgradeRequired &&
		(tokens(root, "Upgrade")["websocket"] || strings.TrimSpace(string(root.Body)) == "Upgrade Required") // as ws for Node.js has it
}

// webSocketKey stands for sixteen bytes that should be random to keep caches
// from answering; nothing is kept from anybody here.
const webSocketKey = "bGltZW4gYXNrcyBvbmNlLg=="

// shakesHands opens a WebSocket on a new connection and ends it as politely,
// and reports whether the server made of our key what only one that speaks the
// protocol does (RFC 6455 §4.2.2).
func shakesHands(c *Conn, root *Reply) bool {
	c.Again()
	root.reusable = false // the connection that it came on is gone
	c.Send(strings.TrimSuffix(request(c, http.MethodGet, "/"), "\r\n") +
		"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + webSocketKey + "\r\n\r\n")
	r := c.response(http.MethodGet)
	if r == nil || r.Status != http.StatusSwitchingProtocols {
		return false
	}
	sum := sha1.Sum([]byte(webSocketKey + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	if r.Header.Get("Sec-WebSocket-Accept") != base64.StdEncoding.EncodeToString(sum[:]) {
		return false
	}
	c.Send("\x88\x82\x00\x00\x00\x00\x03\xe8") // close, 1000: masked by nothing (RFC 6455 §5.2, §7.4.1)
	return true
}
