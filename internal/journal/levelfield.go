package journal

import (
	"bytes"
	"strconv"

	"github.com/limenhq/limen"
)

// Where a level stands in a field of its own, or in a prefix of fixed form, is
// read here.

// levelKeys are what log lines of JSON and logfmt call the field.
var levelKeys = []string{"level", "severity", "lvl", "loglevel", "levelname", "log.level"}

func isLevelKey(key []byte) bool {
	for _, k := range levelKeys {
		if string(key) == k {
			return true
		}
	}
	return false
}

// numbers are the levels of pino and bunyan: from 10 for trace to 60 for fatal.
var numbers = []struct {
	from  int
	level limen.Level
}{
	{50, limen.LevelError},
	{40, limen.LevelWarn},
	{30, limen.LevelInfo},
	{10, limen.LevelDebug},
}

func numberLevel(n int) limen.Level {
	for _, row := range numbers {
		if n >= row.from {
			return row.level
		}
	}
	return 0
}

// prefixLevel reads the level of a line whose first bytes say how.
func prefixLevel(line []byte) limen.Level {
	switch line[0] {
	case '{':
		return jsonLevel(line)
	case '<':
		return priorityLevel(line)
	}
	return glogLevel(line)
}

// jsonLevel reads the level of an object, which stands in a field of its own and
// not in one of another object, or in a text.
func jsonLevel(line []byte) limen.Level {
	depth, isKey := 0, false
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '{', '[':
			depth++
			isKey = line[i] == '{'
		case '}', ']':
			depth--
		case ',':
			isKey = true
		case ':':
			isKey = false
		case '"':
			end := i + 1 + stringEnd(line[i+1:])
			if isKey && depth == 1 && isLevelKey(line[i+1:end]) {
				return valueLevel(line[min(end+1, len(line)):])
			}
			i = end
		}
	}
	return 0
}

// stringEnd returns where a string of JSON ends that has begun.
func stringEnd(b []byte) int {
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(b)
}

// valueLevel reads a level after its key: a word or a number.
func valueLevel(b []byte) limen.Level {
	b = bytes.TrimLeft(b, " \t:")
	if len(b) > 0 && b[0] == '"' {
		return wordLevel(b[1 : 1+stringEnd(b[1:])])
	}
	end := 0
	for end < len(b) && b[end] >= '0' && b[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(string(b[:end]))
	if err != nil {
		return 0
	}
	return numberLevel(n)
}

// logfmtLevel reads level=warn, and level="warn".
func logfmtLevel(line []byte) limen.Level {
	for off := 0; ; {
		i := bytes.IndexByte(line[off:], '=')
		if i < 0 {
			return 0
		}
		equals := off + i
		key := line[off:equals]
		if isLevelKey(key[bytes.LastIndexByte(key, ' ')+1:]) {
			value := bytes.TrimLeft(line[equals+1:], `"`)
			if end := bytes.IndexAny(value, `" ,`); end >= 0 {
				value = value[:end]
			}
			if l := wordLevel(value); l != 0 {
				return l
			}
		}
		off = equals + 1
	}
}

// glogLevel reads what glog begins lines with: a letter, and month and day.
func glogLevel(line []byte) limen.Level {
	if len(line) < 6 || line[5] != ' ' || !isNumber(line[1:5]) {
		return 0
	}
	switch line[0] {
	case 'F', 'E':
		return limen.LevelError
	case 'W':
		return limen.LevelWarn
	case 'I':
		return limen.LevelInfo
	}
	return 0
}

// priorityLevel reads a severity of syslog in angle brackets.
func priorityLevel(line []byte) limen.Level {
	digits, _, isClosed := bytes.Cut(line[1:], []byte(">"))
	if !isClosed || len(digits) > 3 || !isNumber(digits) {
		return 0
	}
	n, err := strconv.Atoi(string(digits))
	if err != nil || n > 191 { // 23 facilities after the first, of 8 severities
		return 0
	}
	return priorities[n%8]
}

const escape = 0x1b

// withoutColours returns a line without its control sequences (ECMA-48, section
// 5.4: CSI, parameters, a final byte), in the room for it.
func withoutColours(line []byte, room *[looked]byte) []byte {
	out := room[:0]
	for i := 0; i < len(line); i++ {
		if line[i] != escape || i+1 >= len(line) || line[i+1] != '[' {
			out = append(out, line[i])
			continue
		}
		for i += 2; i < len(line) && (line[i] < 0x40 || line[i] > 0x7e); i++ {
		}
	}
	return out
}
