package naming

import (
	"cmp"
	"encoding/hex"
	"path/filepath"
	"strings"

	"github.com/limenhq/limen"
)

// An identity is who listens, before there is a name: a program of a project.
type identity struct {
	subject limen.Subject
	labels  []string // of the project, the nearest to the program first: shop, feature-x
	former  []string // of a package, without its workspace, as names were given once
	space   string   // the directory of the workspace that the project is the root of or lies in

	isPart bool // it is a package, and has a label of its own
	beside bool // it has its own word in its name, even if no other of the project has one
	isBox  bool // it is a container, whose labels have its program already
}

// identify finds out who listens.
func identify(f Facts) identity {
	if k := f.container(); k != nil {
		return boxed(k)
	}
	if p := f.owner().Process.Project; p != nil {
		id := of(*p)
		if len(id.labels) > 0 {
			id.subject.Program, id.beside = wordFor(f, *p, id.labels[0])
		}
		return id
	}
	return identity{}
}

// of is the identity of a project. A package is told from those of others by its
// workspace.
func of(p limen.Project) identity {
	id := identity{subject: limen.Subject{Project: p.Root}, space: p.Workspace.Root}
	own := nameOf(p.Name, p.Root)
	id.labels, id.subject.Branch = labelsOf(p, own)
	if id.space == "" || id.space == p.Root {
		return id
	}
	if whole, _ := labelsOf(p, nameOf(p.Workspace.Name, id.space)); len(whole) > 0 {
		id.isPart = own != "" && own != whole[0]
		if id.labels, id.former = whole, id.labels; id.isPart {
			id.labels = append([]string{own}, whole...)
		}
	}
	return id
}

// labelsOf returns the labels of what has a name, and what tells its work tree
// from others; none if it has no name.
func labelsOf(p limen.Project, name string) (labels []string, branch string) {
	branch = treeOf(p)
	if t := slug(branch); t != "" && name != "" {
		// Without a manifest a work tree has the name of its directory,
		// which people make of project and branch: ../shop-feature-x.
		name, labels = slug(strings.TrimSuffix(name, "-"+t)), []string{t}
	}
	if name != "" {
		labels = append([]string{name}, labels...)
	}
	return labels, branch
}

// nameOf is the label of a project or a workspace, empty if it has no usable one.
func nameOf(name, root string) string {
	return cmp.Or(slug(unscoped(name)), slug(filepath.Base(root)))
}

// treeOf returns what tells a linked work tree from others: its branch. The
// main one is told by nothing, so that its names stay when branches are
// switched; neither is a commit, which changes with each checkout.
func treeOf(p limen.Project) string {
	_, err := hex.DecodeString(p.Branch)
	switch isCommit := err == nil && len(p.Branch) == 12; { // as package project cuts it
	case p.Worktree == "":
		return ""
	case p.Branch == "", isCommit, slug(p.Branch) == "":
		return p.Worktree
	}
	return p.Branch
}

// unscoped returns a package's name without who publishes it: @acme/shop, as
// npm has it, or acme/shop, as composer does.
func unscoped(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// boxed is the identity of a container. Its directory is none of this machine,
// so that a word of the engine's stands in its place.
func boxed(k *limen.Keeper) identity {
	c := k.Container
	if project, service := slug(c.Project), slug(c.Service); project != "" && service != "" {
		return identity{
			subject: limen.Subject{Project: "compose:" + c.Project, Program: service},
			labels:  []string{service, project}, isBox: true,
		}
	}
	name := slug(k.Name)
	if name == "" {
		return identity{}
	}
	return identity{subject: limen.Subject{Project: "container:" + k.Name}, labels: []string{name}, isBox: true}
}
