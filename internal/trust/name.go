package trust

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// localhost never leaves this machine, and neither does any name below it (RFC
// 6761, section 6.3).
const localhost = "localhost"

// reserved are the names of one word that belong to nobody in the world's tree:
// RFC 6761 (test, localhost), RFC 6762 (local), and the root zone's reservation
// of internal by ICANN in 2024. Any other word may be somebody's, and then all
// names below it are.
var reserved = []string{localhost, "test", "internal", "local"}

// parseName reads the name of a server as certificates have it: an address, or
// a name in lower case without its last dot, where the first label may be a
// star (RFC 6125, section 6.4.3).
func parseName(word string) (name string, address netip.Addr, err error) {
	word = strings.TrimSuffix(word, ".") // of an address, too, for browsers (URL Standard, "ends in a number")
	bare := strings.TrimSuffix(strings.TrimPrefix(word, "["), "]")
	if a, err := netip.ParseAddr(bare); err == nil {
		if a.Zone() != "" {
			return "", a, fmt.Errorf("%q has a zone, which means something on one machine only", word)
		}
		return "", a.Unmap(), nil
	}
	name = strings.ToLower(word)
	if len(name) == 0 || len(name) > 253 { // RFC 1035, section 2.3.4, as text
		return "", address, errors.New("a name has from 1 to 253 characters")
	}
	for i, label := range strings.Split(name, ".") {
		if label == "*" && i == 0 && strings.Count(name, ".") > 0 {
			continue
		}
		if err := checkLabel(label); err != nil {
			return "", address, fmt.Errorf("%q: %w", word, err)
		}
	}
	return name, address, nil
}

// checkLabel takes what resolvers take (RFC 1123, section 2.1), and the
// underscore that containers have in theirs.
func checkLabel(label string) error {
	switch {
	case label == "" || len(label) > 63:
		return errors.New("what stands between two dots has from 1 to 63 characters")
	case strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "":
		return fmt.Errorf("%q has more than letters, digits, - and _; write other letters as xn--", label)
	case label[0] == '-' || label[len(label)-1] == '-':
		return fmt.Errorf("%q begins or ends with -", label)
	}
	return nil
}

// parseSuffix reads a name below which the authority may sign for all. It
// refuses those that would make it an authority over others.
func parseSuffix(word string) (string, error) {
	refuse := func(why string) (string, error) {
		return "", &limen.Error{
			Kind: limen.Invalid, What: fmt.Sprintf("cannot let the local authority sign for %q", word), Why: why,
			Next: "use test, internal, or a name of your own with two words at least, such as dev.example.com",
		}
	}
	name, address, err := parseName(strings.TrimPrefix(strings.TrimPrefix(word, "*"), "."))
	switch {
	case err != nil:
		return refuse(err.Error())
	case address.IsValid():
		return refuse("it is an address, and of those the authority signs for loopback alone")
	case strings.HasPrefix(name, "*"):
		return refuse("everything below a suffix is permitted anyway")
	case !strings.Contains(name, ".") && !slices.Contains(reserved, name):
		return refuse("everything below it belongs to others, or may one day")
	}
	return name, nil
}

// isBelow reports whether a name is a suffix or ends in it.
func isBelow(name, suffix string) bool {
	return name == suffix || strings.HasSuffix(name, "."+suffix)
}

// globQuote makes a directory's name mean itself in a pattern.
func globQuote(dir string) string {
	return strings.NewReplacer(`*`, `[*]`, `?`, `[?]`, `[`, `[[]`).Replace(dir)
}
