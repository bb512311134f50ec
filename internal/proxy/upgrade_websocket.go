package proxy

import (
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
)

const (
	webSocket = "websocket"

	// acceptance is what a server adds to the key (RFC 6455, section 1.3).
	acceptance = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
)

// isExtended reports whether a request of HTTP/2 asks for a WebSocket in its
// stream (RFC 8441, section 4). To an upstream it goes as an upgrade.
func isExtended(r *http.Request) bool {
	protocol := r.Header[":protocol"]
	return r.Method == http.MethodConnect && len(protocol) == 1 && protocol[0] == webSocket
}

// newKey makes a Sec-WebSocket-Key, which HTTP/2 has no need of: 16 bytes at
// random (RFC 6455, section 4.1).
func newKey() string {
	var nonce [16]byte
	rand.Read(nonce[:])
	return base64.StdEncoding.EncodeToString(nonce[:])
}

// acceptFor is the only right answer to a key.
func acceptFor(key string) string {
	sum := sha1.Sum([]byte(key + acceptance))
	return base64.StdEncoding.EncodeToString(sum[:])
}
