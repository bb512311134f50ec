package tap

import (
	"strconv"
	"strings"
)

// idOf is how people call a request: by its number, and before it the letter of the
// ring that it is in, unless that is the first.
func idOf(letter string, number uint64) string {
	if letter == letters[:1] {
		letter = ""
	}
	return letter + strconv.FormatUint(number, 10)
}

// parseID reads what idOf wrote.
func parseID(id string) (letter string, number uint64, ok bool) {
	letter, digits := letters[:1], id
	if id != "" && strings.Contains(letters[1:], id[:1]) {
		letter, digits = id[:1], id[1:]
	}
	number, err := strconv.ParseUint(digits, 10, 63)
	return letter, number, err == nil && number > 0 && idOf(letter, number) == id
}
