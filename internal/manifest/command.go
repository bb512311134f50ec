package manifest

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// command reads a command: a text that is split into words, or the words.
func (r *reader) command(v *value) (words []text) {
	const like = `command = "…", or a list such as ["sh", "-c", "…"]`
	all, ok := r.texts(v, like)
	if !ok || !r.spoken(v, all) {
		return nil
	}
	if v.form == aText {
		words, err := parseWords(v.text, v.at)
		switch {
		case errors.Is(err, errShell):
			r.mistakes.add(v.at, "have a shell do it: command = [\"sh\", \"-c\", '…']; or put it in single quotes to take it as it is", "%v", err)
			return nil
		case err != nil:
			r.mistakes.add(v.at, "", "%v", err)
			return nil
		}
		if len(words) == 0 {
			r.spoken(v, nil)
		} else if name, ok := words[0].isAssignment(); ok {
			r.mistakes.add(v.at, fmt.Sprintf("write env = { %.40s = \"…\" }", name), "%.40s=… before a command is a shell's, and there is none here", name)
		}
		return words
	}
	for i, one := range all {
		if i == 2 && isShell(all) {
			words = append(words, parseShellText(one.text, one.at))
			continue
		}
		words = append(words, r.text(one))
	}
	return words
}

// shells are programs that take -c and a text of their own language.
var shells = words{"sh", "bash", "dash", "zsh", "ksh", "ash", "fish"}

// isShell reports whether words call a shell for a text: -c may stand behind
// other letters, as in -ec.
func isShell(all []*value) bool {
	letters, isOption := strings.CutPrefix(all[1].text, "-")
	return slices.Contains(shells, path.Base(all[0].text)) && isOption && isName(letters) && strings.HasSuffix(letters, "c")
}

// spoken reports whether a command says anything.
func (r *reader) spoken(v *value, all []*value) bool {
	if len(all) == 0 || strings.TrimSpace(all[0].text) == "" {
		r.mistakes.add(v.at, "write what to run", "the command is empty")
		return false
	}
	for _, one := range all {
		if !r.harmless(one) {
			return false
		}
	}
	return true
}
