package limen

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// MatchEndpoint reports whether a socket at e can be meant. It is the part of
// Match that needs no owner, for narrowing early.
func (q Query) MatchEndpoint(e Endpoint) bool {
	return (q.Transport == 0 || q.Transport == e.Transport) &&
		(!q.Address.IsValid() || isSameAddress(q.Address, e.Address())) &&
		(len(q.Ports) == 0 || slices.ContainsFunc(q.Ports, func(r PortRange) bool { return r.Contains(e.Port()) }))
}

// isSameAddress reports whether a socket at has is meant by who asks for
// asked. A mapped address is the IPv4 address it stands for (RFC 4291, section
// 2.5.5.2), and whoever names no zone does not care for one.
func isSameAddress(asked, has netip.Addr) bool {
	asked, has = asked.Unmap(), has.Unmap()
	if asked.Zone() == "" {
		has = has.WithZone("")
	}
	return asked == has
}

// Match reports whether l is meant.
func (q Query) Match(l Listener) bool {
	return q.MatchEndpoint(l.Endpoint) &&
		(len(q.Reaches) == 0 || slices.Contains(q.Reaches, l.Reach)) &&
		q.matchUser(l.User, l.Owners) &&
		q.matchProject(l.Owners) &&
		q.matchText(l.Owners, l.Endpoint.String())
}

// MatchConnection reports whether c is meant, by its local end. A connection
// has no reach, so asking for one leaves it out.
func (q Query) MatchConnection(c Connection) bool {
	return q.MatchEndpoint(c.Local) && len(q.Reaches) == 0 &&
		q.matchUser(c.User, c.Owners) &&
		q.matchProject(c.Owners) &&
		q.matchText(c.Owners, c.Local.String(), c.Peer.String())
}

// matchUser reports whether the socket's user or an owner's is asked for: a
// server that dropped its rights is found under both.
func (q Query) matchUser(user *User, owners []Owner) bool {
	is := func(u *User) bool {
		return u != nil && (u.Name == q.User || strconv.FormatInt(u.UID, 10) == q.User)
	}
	return q.User == "" || is(user) ||
		slices.ContainsFunc(owners, func(o Owner) bool { return is(o.Process.User) })
}

func (q Query) matchProject(owners []Owner) bool {
	return q.Project == "" || slices.ContainsFunc(owners, func(o Owner) bool {
		p := o.Process.Project
		return p != nil && (p.Name == q.Project || p.Root == q.Project)
	})
}

// matchText reports whether each text is found in one of the places or in
// something an owner is known by. The owners' words are looked at apart, so
// that no text is found across two of them.
func (q Query) matchText(owners []Owner, places ...string) bool {
	if len(q.Text) == 0 {
		return true
	}
	known := places
	for _, o := range owners {
		known = append(known, wordsOf(o)...)
	}
	for i, s := range known {
		known[i] = strings.ToLower(s)
	}
	for _, t := range q.Text {
		t = strings.ToLower(t)
		if !slices.ContainsFunc(known, func(s string) bool { return strings.Contains(s, t) }) {
			return false
		}
	}
	return true
}

// wordsOf is what a person might know o by.
func wordsOf(o Owner) []string {
	p := o.Process
	words := []string{p.Name, p.Executable, strings.Join(p.Command, " "), p.Directory}
	if p.Project != nil {
		words = append(words, p.Project.Name, p.Project.Branch, p.Project.Worktree)
	}
	if p.Framework != nil {
		words = append(words, p.Framework.Name)
	}
	for _, k := range o.Within {
		words = append(words, string(k.Kind), k.Name)
		if c := k.Container; c != nil {
			words = append(words, c.Image, c.Project, c.Service)
		}
	}
	return words
}
