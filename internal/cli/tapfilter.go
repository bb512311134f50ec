package cli

import (
	"strings"
	"time"

	"github.com/limenhq/limen/internal/op"
)

// tapFilterFlags narrow which requests are meant.
var tapFilterFlags = []flag{
	{name: "method", value: "METHOD,...", doc: "only these", words: methodWords},
	{name: "path", value: "PATTERN", doc: "only paths with this in them; a star stands for anything: /api/*"},
	{name: "status", value: "STATUS,...", doc: "only these answers: 404, 4xx, 500-503, or failed for none", words: statusWords},
	{name: "by", value: "WHO", doc: "only what this program has asked: its name, or its PID"},
	{name: "slower", value: "TIME", doc: "only what took longer, as 200ms or 1.5s"},
}

func methodWords() []string {
	return []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}
}
func statusWords() []string { return []string{"2xx", "3xx", "4xx", "5xx", "failed"} }

// tapFilter reads which requests a call means.
func tapFilter(c call) (f op.TapFilter, err error) {
	f = op.TapFilter{Path: c.values["path"], By: c.values["by"], Methods: words(c.values["method"]), Status: words(c.values["status"])}
	for i, m := range f.Methods {
		f.Methods[i] = strings.ToUpper(m)
	}
	if c.has("slower") {
		typed := c.values["slower"]
		d, err := time.ParseDuration(typed)
		if err != nil || d < time.Millisecond || d > 24*time.Hour {
			return f, invalid("cannot tell what is slower than %q", typed)("that is no time from 1ms to 24h", "--slower 200ms")
		}
		f.Slower = int(d / time.Millisecond)
	}
	return f, nil
}

// words are those of a list with commas.
func words(list string) (all []string) {
	for word := range strings.SplitSeq(list, ",") {
		if word = strings.TrimSpace(word); word != "" {
			all = append(all, word)
		}
	}
	return all
}
