package cli

import (
	"context"
	"strings"
)

var completion = command{
	name:  "completion",
	args:  "SHELL",
	short: "what a shell needs to complete commands, columns and ports",
	long: "Writes a script for the shell to read at its start. It then completes commands, flags, the " +
		"words that flags take, and the ports that something listens on at that moment.",
	examples: []entry{
		{"source <(limen completion bash)", "in ~/.bashrc"},
		{"source <(limen completion zsh)", "in ~/.zshrc, after compinit"},
		{"limen completion fish | source", "in ~/.config/fish/config.fish"},
		{"limen completion powershell | Out-String | Invoke-Expression", "in the file $PROFILE names"},
	},
	lists:    []glossary{{"shells", shellEntries}},
	complete: func(context.Context, Env, call) []string { return shells },
	run:      runCompletion,
}

var shells = []string{"bash", "zsh", "fish", "powershell"}

func shellEntries() []entry {
	return []entry{
		{"bash", "needs the package bash-completion"},
		{"zsh", ""}, {"fish", ""}, {"powershell", ""},
	}
}

func runCompletion(_ context.Context, env Env, c call) error {
	known := "shells are " + strings.Join(shells, ", ")
	switch len(c.args) {
	case 0:
		return invalid("cannot write completions")("no shell is named; "+known, "limen completion bash")
	case 1:
		for _, s := range shells {
			if s == c.args[0] {
				return c.script(env.Out, s)
			}
		}
		return invalid("cannot write completions for %q", c.args[0])("limen does not know this shell; "+known, "limen completion bash")
	}
	return invalid("cannot write completions for %q", c.args[1])("one shell at a time", "limen completion "+shells[0])
}
