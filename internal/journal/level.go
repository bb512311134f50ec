package journal

import (
	"bytes"

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

// shortest and longestWord are the lengths of levelWords.
const (
	shortestWord = len("err")
	longestWord  = len("information")
)

// priorities are the levels of syslog's severities, which sd-daemon(3) puts
// before a line as <3>, and RFC 5424, section 6.2.1, as that of eight facilities.
var priorities = [8]limen.Level{
	limen.LevelError, limen.LevelError, limen.LevelError, limen.LevelError,
	limen.LevelWarn, limen.LevelInfo, limen.LevelInfo, limen.LevelDebug,
}

const (
	// looked is how much of a line is looked at for a level: it stands at its
	// beginning, or nowhere.
	looked = 512
	// lookedWords is how many words of it are, where the level has no name: time,
	// zone, process, thread and logger may come before it.
	lookedWords = 6
)

// LevelOf returns the level that a line gives itself; zero if it gives none.
// Colours do not matter.
func LevelOf(line []byte) limen.Level {
	line = line[:min(len(line), looked)]
	if bytes.IndexByte(line, escape) < 0 {
		return plainLevel(line)
	}
	var room [looked]byte
	return plainLevel(withoutColours(line, &room))
}

// plainLevel is LevelOf for a line without colours.
func plainLevel(line []byte) limen.Level {
	if len(line) == 0 {
		return 0
	}
	if l := prefixLevel(line); l != 0 {
		return l
	}
	if l := logfmtLevel(line); l != 0 {
		return l
	}
	return wordsLevel(line)
}

// wordsLevel finds a level among the first words.
func wordsLevel(line []byte) limen.Level {
	if bytes.HasPrefix(line, []byte("Traceback (")) { // Python; the error itself comes last
		return limen.LevelError
	}
	var before []byte
	for range lookedWords {
		var word []byte
		if word, line = nextWord(line); len(word) == 0 {
			return 0
		}
		if l := markedLevel(before, word, line); l != 0 {
			return l
		}
		before = word
	}
	return 0
}

// nextWord returns the first word of a line, and what comes after it.
func nextWord(line []byte) (word, rest []byte) {
	for len(line) > 0 && isSpace(line[0]) {
		line = line[1:]
	}
	end := 0
	for end < len(line) && !isSpace(line[end]) {
		end++
	}
	return line[:end], line[end:]
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' }

// markedLevel returns the level that a word is, if it is more than a word of a
// sentence: in brackets, before a colon, in capitals, or between what compilers
// and npm write around it.
func markedLevel(before, word, after []byte) limen.Level {
	bare := bytes.TrimFunc(word, isMark)
	if i := bytes.IndexByte(bare, '['); i > 0 {
		bare = bare[:i] // rustc: error[E0425]:
	}
	if len(bare) >= shortestWord && len(bare) <= longestWord {
		l := wordLevel(bare)
		switch {
		case l == 0:
		case len(bare) < len(word), isUpper(bare), string(before) == "npm", isCode(after):
			return l
		}
	}
	if string(word) == "LOG:" { // PostgreSQL
		return limen.LevelInfo
	}
	if bytes.HasSuffix(word, []byte("Error:")) || bytes.HasSuffix(word, []byte("Exception:")) {
		return limen.LevelError // TypeError:, java.io.IOException:
	}
	return 0
}

// isMark reports whether a character stands around levels.
func isMark(c rune) bool {
	switch c {
	case '[', ']', '(', ')', '{', '}', '<', '>', '|', ':', '!', '*':
		return true
	}
	return false
}

func wordLevel(word []byte) limen.Level {
	for _, w := range levelWords {
		if len(w.word) == len(word) && w.word[0] == word[0]|0x20 && bytes.EqualFold(word, []byte(w.word)) {
			return w.level
		}
	}
	return 0
}

func isUpper(word []byte) bool {
	for _, c := range word {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return true
}

// isCode reports whether a line begins with what compilers call their errors,
// such as TS2304: and CS0103:.
func isCode(line []byte) bool {
	word, _ := nextWord(line)
	code, hasColon := bytes.CutSuffix(word, []byte(":"))
	digits := bytes.TrimLeft(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	return hasColon && len(digits) > 0 && len(digits) < len(code) && isNumber(digits)
}

func isNumber(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}
