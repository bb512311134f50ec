package naming

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// suffix is what names end in. Nothing else in the world does (RFC 6761,
// section 6.3), and browsers look nothing up for it.
const suffix = "localhost"

// reserved is limen's own name; so is all below it.
const reserved = "limen." + suffix

// A choice is a name that a listener could have, and whose it would be.
type choice struct {
	name     string
	subject  limen.Subject
	isNumber bool // by its port
	isPart   bool // by the part of a workspace that it is: a package, or a program of its root
}

// choices are what a listener could be called, the best first: as its project,
// as its program in the project, as its port there.
func (id identity) choices(port uint16) (all []choice) {
	word := id.subject.Program
	if !id.beside || word == id.labels[0] {
		all = append(all, choice{name: join(id.labels...), subject: id.subject, isPart: id.isPart})
	}
	if !id.isBox && word != "" && word != id.labels[0] {
		all = append(all, choice{name: before(word, id.labels), subject: id.subject, isPart: id.space == id.subject.Project})
	}
	number := fmt.Sprintf("p%d", port)
	c := choice{name: before(number, id.labels), subject: id.subject, isNumber: true}
	c.subject.Program = number
	if id.isBox {
		c.subject.Program = strings.TrimSuffix(number+"."+word, ".") // of two containers of one project
	}
	return append(all, c)
}

// formerly are the choices of a package as they were before it was told by its
// workspace. None is given that it does not have already.
func (id identity) formerly(port uint16) []choice {
	if len(id.former) == 0 {
		return nil
	}
	id.labels = id.former
	return id.choices(port)
}

func join(labels ...string) string { return strings.Join(append(labels, suffix), ".") }

// before is a name with a word before it; one that says it already is left alone.
func before(word string, labels []string) string {
	if word == labels[0] {
		return join(labels...)
	}
	return join(append([]string{word}, labels...)...)
}

// choose returns the name for a port of id, or why there is none.
//
// What is recorded is given again, by number first: it is the narrowest. Else
// the first that comes has the name of its project, and those that come after
// it are told from it by their word; but a further port of what has its name
// has no word of its own.
func (id identity) choose(l Ledger, isRandom bool, port uint16) (p Proposal, why string) {
	all := id.choices(port)
	for _, c := range slices.Backward(slices.Concat(id.formerly(port), all)) {
		if l.has(c.name, c.subject) && !l.busy(c.subject) && !isReserved(c.name) {
			return Proposal{Name: c.name, Subject: c.subject}, ""
		}
	}
	for _, c := range all {
		whose, isTaken := l.taken(c.name)
		switch {
		case isReserved(c.name):
			return c.contested(reserved+" and all below it are limen's own", port), ""
		case isTaken && c.isPart && id.isSamePart(whose) && !l.busy(whose):
			return Proposal{Name: c.name, Subject: whose}, ""
		case l.busy(c.subject), isTaken && id.isNear(whose):
		case isTaken:
			return c.contested(c.name+" is the name of "+called(whose), port), ""
		case c.isNumber && isRandom:
			return Proposal{}, "nothing tells it from another port of its program, and the system chose its number"
		default:
			return Proposal{Name: c.name, Subject: c.subject}, ""
		}
	}
	return Proposal{}, "every name that it could have is taken in its own project"
}

func isReserved(name string) bool { return name == reserved || strings.HasSuffix(name, "."+reserved) }

// isNear reports whether whoever has a name is of the same project or workspace,
// or a person who typed it: then it is no question who is meant, and another
// name will do.
func (id identity) isNear(whose limen.Subject) bool {
	return whose == limen.Subject{} || isOf(whose, id.subject) || id.space != "" && isBelow(whose.Project, id.space)
}

// isOf reports whether two are of one project.
func isOf(whose, subject limen.Subject) bool {
	return whose.Project == subject.Project && whose.Branch == subject.Branch
}

// isSamePart reports whether whoever has the name of a part of the workspace is
// that part, started elsewhere: what runs in a package is started there, or at
// the root, by limen up or a tool such as Nx.
func (id identity) isSamePart(whose limen.Subject) bool {
	return isBelow(whose.Project, id.space) && (whose.Project == id.space) != (id.subject.Project == id.space)
}

// isBelow reports whether a directory is another one, or lies in it.
func isBelow(dir, root string) bool {
	rest, err := filepath.Rel(root, dir)
	return err == nil && filepath.IsLocal(rest)
}

// contested is a choice that is for a person to make.
func (c choice) contested(why string, port uint16) Proposal {
	return Proposal{
		Name: c.name, Subject: c.subject, Contested: true,
		Why: why, Next: fmt.Sprintf("limen route add OTHER %d", port),
	}
}

// called names a subject for people.
func called(s limen.Subject) string {
	if s.Branch != "" {
		return s.Project + ", " + s.Branch
	}
	return s.Project
}
