package journal

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

// A file begins with a line that says which number its first record has. Each
// line after it is a record, and has the next number.
const (
	headBegin = "# limen keeps lines here, from number "
	headEnd   = " on"
	headMost  = len(headBegin) + len(headEnd) + 20 // an int64 has 19 digits
)

var (
	errHead   = errors.New("it does not begin as limen's files of lines do")
	errRecord = errors.New("it is no record of a line")
)

// appendHead writes the first line of a file.
func appendHead(b []byte, first int64) []byte {
	b = strconv.AppendInt(append(b, headBegin...), first, 10)
	return append(append(b, headEnd...), '\n')
}

// parseHead reads what appendHead wrote, without its end.
func parseHead(b []byte) (first int64, err error) {
	b, hasBegin := bytes.CutPrefix(b, []byte(headBegin))
	b, hasEnd := bytes.CutSuffix(b, []byte(headEnd))
	if !hasBegin || !hasEnd {
		return 0, errHead
	}
	first, err = strconv.ParseInt(string(b), 10, 64)
	if err != nil || first < 0 {
		return 0, errHead
	}
	return first, nil
}

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

// headSize is how long what stands before the text of a record is.
const headSize = len(stampForm) + len(" out ")

// A scribe writes records. Lines that came together have one time, which it
// writes out but once.
type scribe struct {
	last  time.Time
	stamp []byte
}

// appendRecord writes a line as it is kept: its time, its stream in three
// letters, large ones if it was cut, and its text. People can read it, too.
func (s *scribe) appendRecord(b []byte, l limen.LogLine) []byte {
	if len(s.stamp) == 0 || l.Time != s.last {
		s.last = l.Time
		s.stamp = l.Time.UTC().AppendFormat(s.stamp[:0], stampForm)
	}
	b = append(b, s.stamp...)
	for _, m := range marks {
		if m.stream == l.Stream && m.cut == l.Cut {
			b = append(b, m.mark...)
			break
		}
	}
	if strings.IndexByte(l.Text, '\n') >= 0 {
		l.Text = strings.ReplaceAll(l.Text, "\n", " ") // it would be two, and the numbers wrong
	}
	return append(append(b, l.Text...), '\n')
}

// parseRecord reads what appendRecord wrote, without its end.
func parseRecord(app string, b []byte) (limen.LogLine, error) {
	if len(b) < headSize {
		return limen.LogLine{}, errRecord
	}
	at, err := time.Parse(stampForm, string(b[:len(stampForm)]))
	if err != nil {
		return limen.LogLine{}, errRecord
	}
	mark, text := b[len(stampForm):headSize], b[headSize:]
	for _, m := range marks {
		if string(mark) == m.mark && bytes.IndexByte(text, '\n') < 0 {
			return limen.LogLine{Time: at, App: app, Stream: m.stream, Cut: m.cut, Level: LevelOf(text), Text: string(text)}, nil
		}
	}
	return limen.LogLine{}, errRecord
}
