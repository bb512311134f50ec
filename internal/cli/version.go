package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
)

var version = command{
	name:  "version",
	short: "which limen this is",
	long:  "Says which version this is, which commit it was built from, and with what. An issue should quote it.",
	flags: []flag{{name: "json", doc: "the same as JSON"}},
	run:   runVersion,
}

// A build is which limen this is, as the go command wrote it into the program.
type build struct {
	Version  string `json:"version"` // a release, or what Go makes of a commit; "(devel)" if it knows none
	Commit   string `json:"commit,omitempty"`
	Time     string `json:"time,omitempty"`     // of the commit
	Modified bool   `json:"modified,omitempty"` // built from more than the commit
	Go       string `json:"go"`
	System   string `json:"system,omitempty"` // operating system and processor, as in linux/amd64
}

func runVersion(_ context.Context, env Env, c call) error {
	if len(c.args) > 0 {
		return invalid("cannot say the version of %q", c.args[0])("limen knows only its own", "limen version")
	}
	b := readBuild()
	if c.has("json") {
		e := json.NewEncoder(env.Out)
		e.SetIndent("", "  ")
		return e.Encode(b)
	}
	text := "limen " + b.Version
	if b.Commit != "" {
		text += "\n  commit  " + b.Commit
		if b.Time != "" {
			text += ", " + b.Time
		}
		if b.Modified {
			text += ", with changes"
		}
	}
	_, err := fmt.Fprintf(env.Out, "%s\n  built   with %s for %s\n", text, b.Go, cmp.Or(b.System, "an unknown system"))
	return err
}

func readBuild() build {
	b := build{Version: "(devel)"}
	is, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.Version, b.Go = cmp.Or(is.Main.Version, b.Version), is.GoVersion
	settings := map[string]string{}
	for _, s := range is.Settings {
		settings[s.Key] = s.Value
	}
	b.Commit, b.Time, b.Modified = settings["vcs.revision"], settings["vcs.time"], settings["vcs.modified"] == "true"
	if settings["GOOS"] != "" {
		b.System = settings["GOOS"] + "/" + settings["GOARCH"]
	}
	return b
}
