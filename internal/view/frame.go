package view

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/coding"
)

// frameWidth is how much of a message stands on its line where there is no
// terminal.
const frameWidth = 400

// frameLine is a message of a WebSocket, or an event, on one line.
func frameLine(f limen.Frame, o Options) string {
	way := "<"
	if f.FromClient {
		way = ">"
	}
	when := f.Time.UTC().Format("2006-01-02T15:04:05.000Z07:00")
	if o.Width > 0 {
		when = f.Time.In(o.zone()).Format(time.TimeOnly)
	}
	before := strings.Join([]string{pad(Safe(f.Exchange), 4), when, way, pad(f.Kind.String(), 6), pad(size(uint64(max(f.Size, 0))), 8)}, gutter) + gutter
	room := frameWidth
	if o.Width > 0 {
		room = max(narrowest, o.Width-widthOf(before))
	}
	body := f.Body[:min(len(f.Body), 4*room)]
	text := Safe(strings.TrimSpace(string(body)))
	switch {
	case f.Kind == limen.FrameClose && len(body) >= 2:
		text = Safe(closeWords(body))
	case f.Kind != limen.FrameEvent && f.Kind != limen.FrameText && !coding.IsText("", body):
		text = ""
		for _, b := range body[:min(len(body), room/3)] {
			text += hexByte(b) + " "
		}
	}
	return before + cut(text, room)
}

// closings are why a WebSocket is closed (RFC 6455, section 7.4.1, and IANA's
// registry of close codes).
var closings = map[uint16]string{
	1000: "normal closure",
	1001: "going away",
	1002: "protocol error",
	1003: "unsupported data",
	1007: "invalid payload",
	1008: "policy violation",
	1009: "message too big",
	1010: "an extension is missing",
	1011: "internal error",
	1012: "service restart",
	1013: "try again later",
	1014: "bad gateway",
}

// closeWords read what stands in a closing message: a number, and a reason
// (RFC 6455, section 5.5.1).
func closeWords(body []byte) string {
	code := binary.BigEndian.Uint16(body)
	words := fmt.Sprint(code)
	if known := closings[code]; known != "" {
		words += " " + known
	}
	if reason := strings.TrimSpace(string(body[2:])); reason != "" {
		words += ": " + reason
	}
	return words
}
