package resend

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// sendTwo sends a request by HTTP/2. In that, the order of fields and how their
// names are written say nothing (RFC 9113, section 8.2).
func sendTwo(ctx context.Context, c net.Conn, r Request) error {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	protocols.SetHTTP2(true)
	dial := func(context.Context, string, string) (net.Conn, error) { return c, nil }
	by := &http.Transport{Protocols: protocols, DisableCompression: true, DialContext: dial, DialTLSContext: dial}
	defer by.CloseIdleConnections()
	out := r.two(ctx)
	if _, isSecret := c.(*tls.Conn); isSecret {
		out.URL.Scheme = "https"
	}
	res, err := by.RoundTrip(out)
	if err != nil {
		return fmt.Errorf("there is no answer: %w", err)
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return err
}

// two is the request as net/http sends it.
func (r Request) two(ctx context.Context) *http.Request {
	out := (&http.Request{Method: r.Method, URL: &url.URL{Scheme: "http", Opaque: r.Target}, Header: http.Header{"User-Agent": {""}}}).WithContext(ctx)
	fields, _ := r.kept()
	hasLength := false
	for _, f := range fields {
		switch name := http.CanonicalHeaderKey(f.Name); name {
		case "Host":
			out.Host, out.URL.Host = f.Value, f.Value
		case "Content-Length":
			hasLength = true
		case "User-Agent":
			out.Header[name] = []string{f.Value}
		default:
			out.Header.Add(name, f.Value)
		}
	}
	if strings.HasPrefix(r.Target, "//") {
		out.URL.Opaque = "" // net/http would take what follows for a host
		path, query, hasQuery := strings.Cut(r.Target, "?")
		out.URL.RawPath, out.URL.RawQuery, out.URL.ForceQuery = path, query, hasQuery
		out.URL.Path, _ = url.PathUnescape(path)
	}
	if len(r.Body) == 0 && len(r.Trailers) == 0 {
		return out
	}
	out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(r.Body)), -1
	if hasLength {
		out.ContentLength = int64(len(r.Body))
	}
	for _, f := range r.Trailers {
		if out.Trailer == nil {
			out.Trailer = http.Header{}
		}
		out.Trailer.Add(f.Name, f.Value)
	}
	return out
}
