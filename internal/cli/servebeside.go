package cli

import (
	"path/filepath"
	"strings"

	"github.com/limenhq/limen/internal/op"
)

// besideIn reads what answers beside the files that are served, and for whom.
// What the words mean is for the server to say; only files are named here,
// because the place may work in another directory.
func besideIn(in *op.ServeIn, c call) (err error) {
	in.Proxies, in.CORS, in.Throttle = c.list("proxy"), c.list("cors"), c.list("throttle")
	for name, to := range map[string]*string{"mock": &in.Mock, "record": &in.Record, "replay": &in.Replay, "auth": &in.Auth} {
		switch typed := c.values[name]; {
		case typed == "" && c.has(name):
			return invalid("cannot serve with --%s", name)("it names no file", "leave it out")
		case typed == "", name == "auth" && strings.HasPrefix(typed, "env:"):
			*to = typed
		default:
			if *to, err = filepath.Abs(typed); err != nil {
				return err
			}
		}
	}
	return nil
}

// list is the words of a flag that takes several, with commas between them.
func (c call) list(name string) (words []string) {
	for word := range strings.SplitSeq(c.values[name], ",") {
		if word = strings.TrimSpace(word); word != "" {
			words = append(words, word)
		}
	}
	return words
}
