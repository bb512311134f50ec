package limen

import (
	"errors"
	"fmt"
	"strings"
)

// ParseHost reads the name of a host as it stands in a URL, and returns it in
// lower case and without the dot at its end: labels of letters, digits, - and
// the _ that containers have in theirs (RFC 1123, section 2.1; RFC 1035,
// section 2.3.4). Addresses of IPv4 are such names, too.
func ParseHost(s string) (string, error) {
	name := strings.ToLower(strings.TrimSuffix(s, "."))
	if name == "" || len(name) > 253 {
		return "", errors.New("a name has from 1 to 253 characters")
	}
	for label := range strings.SplitSeq(name, ".") {
		switch {
		case label == "" || len(label) > 63:
			return "", fmt.Errorf("%q is no name: what stands between two dots has from 1 to 63 characters", s)
		case strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "":
			return "", fmt.Errorf("%q is no name: it has more than letters, digits, - and _; write other letters as xn--", s)
		case label[0] == '-' || label[len(label)-1] == '-':
			return "", fmt.Errorf("%q is no name: %q begins or ends with -", s, label)
		}
	}
	return name, nil
}
