//go:build linux || darwin || freebsd

package run

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

// heirs returns what has come to this process from its guard: what is there,
// and which of its children only wait to be asked how they ended.
func (e *engine) heirs() (nodes []node, ended []limen.ProcessID, err error) {
	look := e.tree.system
	children, err := look.children(os.Getpid())
	if err != nil {
		return nil, nil, err
	}
	for _, n := range children {
		if !e.inherits(n) {
			continue
		}
		if n.ended {
			ended = append(ended, n.ProcessID)
			continue
		}
		nodes = append(nodes, n)
		if more, err := look.below(n.PID, nobody); err == nil {
			nodes = append(nodes, more...)
		}
	}
	if look.strays != nil {
		more, err := look.strays(e.tree.isKnown)
		return append(nodes, more...), ended, err
	}
	return nodes, ended, nil
}

func nobody(node) bool { return false }

// inherits reports whether a child of this process was below its guard. What
// was seen there or has the token in its environment was. So was what is in
// another process group than ours: what this process has started for itself
// is in ours, unless it is another guard.
func (e *engine) inherits(n node) bool {
	switch {
	case n.Birth < e.guard.Birth:
		return false
	case e.tree.isKnown(n):
		return true
	}
	look := e.tree.system
	mark := strconv.Itoa(e.guard.PID) + "." + strconv.FormatUint(e.guard.Birth, 10) + "."
	for token := range strings.SplitSeq(look.variable(n.PID, tokenKey), ":") {
		if strings.HasPrefix(token, mark) {
			return true
		}
	}
	return n.group != unix.Getpgrp() && look.variable(n.PID, guardKey) == ""
}
