package journal

import (
	"bytes"
	"strconv"

	"github.com/limenhq/limen"
)

// levelWords are what lines call their levels.
var levelWords = []struct {
	word  string
	level limen.Level
}{
	{"error", limen.LevelError}, {"err", limen.LevelError}, {"fatal", limen.LevelError}, {"panic", limen.LevelError},
	{"critical", limen.LevelError}, {"crit", limen.LevelError}, {"emerg", limen.LevelError}, {"alert", limen.LevelError}, {"severe", limen.LevelError},
	{"warning", limen.LevelWarn}, {"warn", limen.LevelWarn}, {"wrn", limen.LevelWarn},
	{"info", limen.LevelInfo}, {"inf", limen.LevelInfo}, {"notice", limen.LevelInfo}, {"information", limen.LevelInfo},
	{"debug", limen.LevelDebug}, {"dbg", limen.LevelDebug}, {"trace", limen.LevelDebug}, {"verbose", limen.LevelDebug},
}

// levelKeys are what log lines of JSON and logfmt call the field.
var levelKeys = []string{"level", "severity", "lvl", "loglevel", "levelname", "log.level"}

// looked is how much of a line is looked at for a level: it stands at its
// beginning, or nowhere.
const looked = 512

// LevelOf returns the level that a line gives itself; zero if it gives none.
// Colours do not matter.
func LevelOf(line []byte) limen.Level {
	line = plain(line[:min(len(line), looked)])
	if l := fieldLevel(line); l != 0 {
		return l
	}
	if l := glogLevel(line); l != 0 {
		return l
	}
	// The word stands alone among the first few: in brackets, before a colon, or
	// in capitals.
	for i, w := range bytes.Fields(line) {
		if i == 6 {
			break
		}
		bare := bytes.Trim(w, "[](){}<>|:,-*")
		isMarked := len(bare) < len(w) || bytes.Equal(bytes.ToUpper(bare), bare)
		if isMarked {
			if l := wordLevel(bare); l != 0 {
				return l
			}
		}
	}
	return 0
}

func wordLevel(word []byte) limen.Level {
	for _, w := range levelWords {
		if bytes.EqualFold(word, []byte(w.word)) {
			return w.level
		}
	}
	return 0
}

// fieldLevel reads the level of JSON ("level":"warn", or pino's and bunyan's
// numbers) and of logfmt (level=warn).
func fieldLevel(line []byte) limen.Level {
	isJSON := bytes.HasPrefix(line, []byte("{"))
	for _, key := range levelKeys {
		begin := key + "="
		if isJSON {
			begin = `"` + key + `":`
		}
		i := bytes.Index(line, []byte(begin))
		if i < 0 || !isJSON && i > 0 && line[i-1] != ' ' {
			continue
		}
		value := bytes.TrimLeft(line[i+len(begin):], ` "`)
		if end := bytes.IndexAny(value, `" ,}`); end >= 0 {
			value = value[:end]
		}
		if n, err := strconv.Atoi(string(value)); err == nil && isJSON {
			return numberLevel(n)
		}
		if l := wordLevel(value); l != 0 {
			return l
		}
	}
	return 0
}

// numberLevel reads the numbers of pino and bunyan: 10 for trace to 60 for
// fatal.
func numberLevel(n int) limen.Level {
	switch {
	case n >= 50:
		return limen.LevelError
	case n >= 40:
		return limen.LevelWarn
	case n >= 30:
		return limen.LevelInfo
	case n >= 10:
		return limen.LevelDebug
	}
	return 0
}

// glogLevel reads what glog begins lines with: a letter, and month and day.
func glogLevel(line []byte) limen.Level {
	if len(line) < 6 || line[5] != ' ' {
		return 0
	}
	for _, c := range line[1:5] {
		if c < '0' || c > '9' {
			return 0
		}
	}
	return map[byte]limen.Level{'I': limen.LevelInfo, 'W': limen.LevelWarn, 'E': limen.LevelError, 'F': limen.LevelError}[line[0]]
}

// plain returns a line without colours (ECMA-48, section 5.4: CSI, parameters,
// a final byte).
func plain(line []byte) []byte {
	if bytes.IndexByte(line, 0x1b) < 0 {
		return line
	}
	out := make([]byte, 0, len(line))
	for i := 0; i < len(line); i++ {
		if line[i] != 0x1b || i+1 >= len(line) || line[i+1] != '[' {
			out = append(out, line[i])
			continue
		}
		for i += 2; i < len(line) && (line[i] < 0x40 || line[i] > 0x7e); i++ {
		}
	}
	return out
}
