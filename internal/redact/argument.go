package redact

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/limenhq/limen/internal/coding"
)

// loginFlags are those of curl, wget and httpie that a login stands behind, under
// a name that does not say so.
var loginFlags = []string{"-u", "--user", "-U", "--proxy-user", "-b", "-a", "--oauth2-bearer"}

// attached are those that it may follow without a space.
var attached = []string{"-u", "-U", "--user=", "--proxy-user=", "--oauth2-bearer="}

// fieldFlags are those that a field of a head may follow so.
var fieldFlags = []string{"--header=", "--proxy-header=", "-H"}

// hideArguments takes the secrets out of the arguments of a program.
func hideArguments(command []string) {
	for i := len(command) - 1; i > 0; i-- {
		command[i] = argument(command[i-1], command[i])
	}
}

// argument is an argument of a program behind another one. It may be a field of a
// head, as those of curl -H are, or a body.
func argument(before, arg string) string {
	for _, flag := range fieldFlags {
		if rest, ok := strings.CutPrefix(arg, flag); ok && rest != "" {
			return flag + argument("", rest)
		}
	}
	name, value, isField := strings.Cut(arg, ":")
	switch {
	case isLogin(before), strings.HasPrefix(before, "-") && !strings.Contains(before, "=") && IsSecret(before):
		return Word
	case isField && isToken(name) && !strings.HasPrefix(value, "//") && !isAttached(arg):
		trimmed := strings.TrimLeft(value, " ")
		return name + ":" + value[:len(value)-len(trimmed)] + Header(name, trimmed)
	case strings.Contains(arg, "://") && !strings.Contains(arg, " -"):
		return URL(arg)
	}
	for _, flag := range attached {
		if rest, ok := strings.CutPrefix(arg, flag); ok && strings.Contains(rest, ":") {
			return flag + Word
		}
	}
	if coding.IsJSON("", []byte(arg)) {
		return Text(assigned(string(JSON([]byte(arg))), escapedOnly))
	}
	if strings.Contains(arg, " -") {
		return Text(script(arg))
	}
	return Text(Pairs(assigned(elements(arg), anyQuote)))
}

func isLogin(flag string) bool { return slices.Contains(loginFlags, flag) }

func isAttached(arg string) bool {
	return slices.ContainsFunc(attached, func(flag string) bool { return strings.HasPrefix(arg, flag) })
}

// word is one of a text that a shell runs, as far as that has to be known here.
var word = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`'[^']*'|"[^"]*"|[^\s'"]+`) })

// script is a text that a shell runs, each of its words as if it were an argument.
func script(text string) string {
	before := ""
	return word().ReplaceAllStringFunc(text, func(one string) string {
		last, quote := before, ""
		if one[0] == '\'' || one[0] == '"' {
			quote = one[:1]
		}
		before = strings.Trim(one, quote)
		return quote + argument(last, before) + quote
	})
}
