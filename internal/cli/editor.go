package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/limenhq/limen"
)

// editor is the program that a person edits a request with, and its arguments.
func editor(env Env, id string) ([]string, error) {
	typed := cmp.Or(env.Getenv("VISUAL"), env.Getenv("EDITOR"))
	cannot := func(why string) error {
		return &limen.Error{Kind: limen.NotFound, What: "cannot open an editor", Why: why, Next: "EDITOR=vi limen tap replay " + id + " --edit, or change it with --set and --data"}
	}
	if strings.TrimSpace(typed) == "" {
		return nil, cannot("neither VISUAL nor EDITOR names one")
	}
	words, err := splitWords(typed)
	if err != nil {
		return nil, cannot(fmt.Sprintf("%q is not a program with its arguments: %v", typed, err))
	}
	return words, nil
}

// splitWords splits a command at its spaces. What stands in quotes is one word,
// and a backslash stays what it is: paths of Windows have them. No shell sees it.
func splitWords(s string) (words []string, err error) {
	var word strings.Builder
	quote, isWord := rune(0), false
	for _, c := range s {
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote, isWord = c, true
		case quote == 0 && (c == ' ' || c == '\t'):
			if isWord {
				words = append(words, word.String())
			}
			word.Reset()
			isWord = false
		default:
			word.WriteRune(c)
			isWord = true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("a %c has no other", quote)
	}
	if isWord {
		words = append(words, word.String())
	}
	if len(words) == 0 || words[0] == "" {
		return nil, errors.New("it names no program")
	}
	return words, nil
}

// runEditor runs an editor until it ends. It has the terminal, if there is one:
// where the answer goes elsewhere, standard error is it.
func runEditor(ctx context.Context, env Env, words []string) error {
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = env.In, env.Out, env.Err
	if env.Width() == 0 {
		cmd.Stdout = env.Err
	}
	err := cmd.Run()
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	e := &limen.Error{Kind: limen.NotFound, What: "sent nothing", Why: fmt.Sprintf("%s ended with %v", words[0], err), Next: "leave the editor without an error"}
	var ended *exec.ExitError
	if !errors.As(err, &ended) {
		e.Kind, e.What, e.Why, e.Next = limen.NotFound, fmt.Sprintf("cannot run %q", words[0]), err.Error(), "let EDITOR name a program of this machine"
	}
	return e
}
