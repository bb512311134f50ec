package resolve

import "strings"

// A step is one source of the C library's list, and which of its outcomes end
// the search.
type step struct {
	source string
	ends   map[outcome]bool
}

// An outcome is what a source of the C library says (nsswitch.conf(5)).
type outcome uint8

const (
	success  outcome = iota
	notFound         // the source works, and does not have the name
	unavail          // the source does not work, or is not there
	tryAgain         // it has no time just now
)

var outcomes = map[string]outcome{"success": success, "notfound": notFound, "unavail": unavail, "tryagain": tryAgain}

// usual is what a step does where nothing is said about it.
func usual() map[outcome]bool { return map[outcome]bool{success: true} }

// defaultSteps are meant where the file says nothing of hosts (nss/nsswitch.c of
// glibc, since 2.34).
func defaultSteps() []step { return []step{{"files", usual()}, {"dns", usual()}} }

// parseSwitch reads what /etc/nsswitch.conf says of hosts, such as
// "files mymachines resolve [!UNAVAIL=return] dns".
func parseSwitch(file string) []step {
	for line := range strings.Lines(file) {
		line, _, _ = strings.Cut(line, "#")
		database, list, ok := strings.Cut(line, ":")
		if !ok || strings.TrimSpace(database) != "hosts" {
			continue
		}
		return parseSteps(list)
	}
	return defaultSteps()
}

// mostSteps is more than any machine has.
const mostSteps = 32

func parseSteps(list string) (steps []step) {
	for list = strings.TrimSpace(list); list != "" && len(steps) < mostSteps; list = strings.TrimSpace(list) {
		if list[0] == '[' {
			actions, rest, _ := strings.Cut(list[1:], "]")
			if len(steps) > 0 {
				steps[len(steps)-1].amend(actions)
			}
			list = rest
			continue
		}
		end := strings.IndexAny(list, " \t\r\n[")
		if end < 0 {
			end = len(list)
		}
		steps = append(steps, step{list[:end], usual()})
		list = list[end:]
	}
	return steps
}

// amend takes in what stands between brackets, such as "!UNAVAIL=return": which
// outcomes end the search. What a search merges after a success makes no
// difference to where a name leads first, so that it ends.
func (s *step) amend(actions string) {
	for action := range strings.FieldsSeq(strings.ToLower(actions)) {
		when, what, _ := strings.Cut(action, "=")
		when, isNot := strings.CutPrefix(when, "!")
		which, ok := outcomes[when]
		if !ok {
			continue
		}
		for _, o := range outcomes {
			if (o == which) != isNot {
				s.ends[o] = what == "return" || what == "merge"
			}
		}
	}
}
