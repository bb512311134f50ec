package journal

import (
	"bytes"
	"errors"
	"time"

	"github.com/limenhq/limen"
)

// stampForm is a time of fixed length: 30 bytes.
const stampForm = "2006-01-02T15:04:05.000000000Z"

// A mark says where a line was printed, and whether it is whole.
var marks = []struct {
	mark   string
	stream limen.Stream
	cut    bool
}{
	{" out ", limen.StdOut, false},
	{" err ", limen.StdErr, false},
	{" OUT ", limen.StdOut, true},
	{" ERR ", limen.StdErr, true},
}

// appendRecord writes a line as it is kept: its time, its stream in three
// letters, large ones if it was cut, and its text. People can read it, too.
func appendRecord(b []byte, l limen.LogLine) []byte {
	b = l.Time.UTC().AppendFormat(b, stampForm)
	for _, m := range marks {
		if m.stream == l.Stream && m.cut == l.Cut {
			b = append(b, m.mark...)
		}
	}
	b = append(b, l.Text...)
	return append(b, '\n')
}

var errRecord = errors.New("it is no record of a line")

// parseRecord reads what appendRecord wrote, without its end.
func parseRecord(app string, b []byte) (limen.LogLine, error) {
	const markSize = 5
	if len(b) < len(stampForm)+markSize {
		return limen.LogLine{}, errRecord
	}
	at, err := time.Parse(stampForm, string(b[:len(stampForm)]))
	if err != nil {
		return limen.LogLine{}, errRecord
	}
	mark, text := b[len(stampForm):len(stampForm)+markSize], b[len(stampForm)+markSize:]
	for _, m := range marks {
		if string(mark) == m.mark && bytes.IndexByte(text, '\n') < 0 {
			return limen.LogLine{Time: at, App: app, Stream: m.stream, Cut: m.cut, Level: LevelOf(text), Text: string(text)}, nil
		}
	}
	return limen.LogLine{}, errRecord
}
