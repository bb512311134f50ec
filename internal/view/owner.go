package view

import (
	"fmt"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// ownerCell names who answers for a row, as in "nginx (812) +4 workers" or
// "a (1) and b (2)".
func ownerCell(r row, f form) string {
	switch {
	case len(r.owners) > 0:
		return ownersInWords(r.owners)
	case f.data || r.state == limen.TimeWait:
		return "" // TIME-WAIT belongs to the kernel; nobody is hidden
	case r.user != nil:
		return "hidden: user " + r.user.String()
	}
	return "hidden"
}

// ownersInWords names the leading owners, with their workers counted.
func ownersInWords(owners []limen.Owner) string {
	const most = 4
	lead := leads(owners)
	workers := workersOf(lead, owners)
	var words []string
	for i, o := range lead {
		if len(lead) > most && i == most-1 {
			words = append(words, fmt.Sprintf("%d more", len(lead)-i))
			break
		}
		words = append(words, nameOf(o)+crew(workers[i])+notes(o))
	}
	return inWords(words)
}

// nameOf is the short name of an owner: "node server.js (4242)".
func nameOf(o limen.Owner) string {
	s := fmt.Sprintf("%s (%d)", limen.Unmistakable(o.Process.Name), o.Process.PID)
	if o.Proof == limen.Candidate {
		s = "maybe " + s
	}
	return s
}

func crew(workers int) string {
	switch workers {
	case 0:
		return ""
	case 1:
		return " +1 worker"
	}
	return fmt.Sprintf(" +%d workers", workers)
}

// notes are what is odd about an owner.
func notes(o limen.Owner) string {
	var s string
	if o.Process.Orphan {
		s += ", orphan"
	}
	if o.Process.Deleted {
		s += ", deleted executable"
	}
	return s
}

// workersOf counts the workers of each leading owner. A worker whose master
// is not among them is counted with the first.
func workersOf(lead, owners []limen.Owner) []int {
	counts := make([]int, len(lead))
	if len(lead) == len(owners) {
		return counts
	}
	for _, o := range owners {
		if o.Role != limen.Worker {
			continue
		}
		master := slices.IndexFunc(lead, func(l limen.Owner) bool {
			return slices.ContainsFunc(o.Process.Ancestors, func(a limen.Ancestor) bool { return a.ProcessID == l.Process.ProcessID })
		})
		counts[max(master, 0)]++
	}
	return counts
}

// inWords joins as English does: "a, b and c".
func inWords(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// pidCell is every leading owner's PID.
func pidCell(r row, _ form) string {
	var pids []string
	for _, o := range leads(r.owners) {
		pids = append(pids, fmt.Sprint(o.Process.PID))
	}
	return strings.Join(pids, " ")
}

// projectCell names each project of the leading owners, as in "shop @main".
func projectCell(r row, _ form) string {
	var names []string
	for _, o := range leads(r.owners) {
		p := o.Process.Project
		if p == nil {
			continue
		}
		s := limen.Unmistakable(p.Name)
		if p.Branch != "" {
			s += " @" + limen.Unmistakable(p.Branch)
		}
		if p.Worktree != "" {
			s += " in " + limen.Unmistakable(p.Worktree)
		}
		names = addOnce(names, s)
	}
	return inWords(names)
}

func frameworkCell(r row, _ form) string {
	var names []string
	for _, o := range leads(r.owners) {
		if f := o.Process.Framework; f != nil {
			names = addOnce(names, f.Name)
		}
	}
	return inWords(names)
}

// addOnce appends a word that is not there yet.
func addOnce(words []string, s string) []string {
	if slices.Contains(words, s) {
		return words
	}
	return append(words, s)
}
