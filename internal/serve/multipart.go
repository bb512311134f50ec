package serve

import (
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strconv"
)

// sendSpans answers with several parts of a file (RFC 9110, 14.6). The headers
// of all parts are written twice: first to be counted, because a client that
// knows the length knows when it has all.
func (s *Site) sendSpans(w http.ResponseWriter, p page, parts []span) error {
	if err := unchangedBut(p, nil, 0); err != nil {
		return err
	}
	h := w.Header()
	contentType, size := contentTypeOf(h), p.info.Size()
	headOf := func(part span) textproto.MIMEHeader {
		return textproto.MIMEHeader{"Content-Type": {contentType}, "Content-Range": {part.contentRange(size)}}
	}
	var length counter
	count := multipart.NewWriter(&length)
	for _, part := range parts {
		count.CreatePart(headOf(part)) // a counter takes everything
		length += counter(part.length)
	}
	count.Close() // likewise
	h["Content-Type"] = []string{"multipart/byteranges; boundary=" + count.Boundary()}
	h["Content-Length"] = []string{strconv.FormatInt(int64(length), 10)}
	w.WriteHeader(http.StatusPartialContent)

	body := multipart.NewWriter(w)
	mustSend(body.SetBoundary(count.Boundary()) == nil)
	for _, part := range parts {
		to, err := body.CreatePart(headOf(part))
		mustSend(err == nil && s.copyPart(to, p, part) == nil)
	}
	mustSend(body.Close() == nil)
	return nil
}

// A counter counts what is written to it.
type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}
