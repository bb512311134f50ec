package op

import (
	"net/netip"

	"github.com/limenhq/limen"
)

// Route makes a name lead to a target, or changes where it leads.
var Route = Op[RouteIn, limen.Route]{Name: "route", Doc: "make a name lead to a port, a URL, a socket or a container", Risk: Changes}

// RouteIn says which name leads where.
type RouteIn struct {
	Name   string           `json:"name"` // as it is typed: shop, shop.localhost, *.shop.localhost, shop.localhost/api
	Target limen.Target     `json:"target"`
	Strip  bool             `json:"strip,omitempty"` // the target does not see the path
	Own    bool             `json:"own,omitempty"`   // it is asked for its own host, and not for the name
	When   *limen.Condition `json:"when,omitempty"`
	LAN    bool             `json:"lan,omitempty"`
	Port   uint16           `json:"port,omitempty"`  // the name has an address of its own, with this port of TCP
	Force  bool             `json:"force,omitempty"` // also if the name leads elsewhere already
}

// Unroute takes routes away.
var Unroute = Op[UnrouteIn, limen.Routes]{Name: "unroute", Doc: "take names away", Risk: Changes}

// UnrouteIn says which.
type UnrouteIn struct {
	Names []string         `json:"names"` // as they are typed, each with its path
	When  *limen.Condition `json:"when,omitempty"`
}

// Routes says which names there are, and where they lead now.
var Routes = Op[RoutesIn, limen.Routes]{Name: "routes", Doc: "which names there are, and where they lead"}

// RoutesIn says which are meant. The zero value means all.
type RoutesIn struct {
	Directory string `json:"directory,omitempty"` // only those of the project here
	All       bool   `json:"all,omitempty"`       // also what has no name, and why
	Trust     bool   `json:"trust,omitempty"`     // also whether a browser would trust them
}

// Pin makes the name of a project lead to one of its worktrees.
var Pin = Op[PinIn, limen.Route]{Name: "pin", Doc: "make the name of a project lead to one of its worktrees", Risk: Changes}

// PinIn says which name, and to which worktree.
type PinIn struct {
	Name string           `json:"name"`           // shop, or shop.localhost
	Tree string           `json:"tree,omitempty"` // a branch or a worktree; empty means back to the project itself
	When *limen.Condition `json:"when,omitempty"` // only requests that carry this
}

// Call names what an app that limen runs has opened. A limen asks this of the
// daemon for its own apps.
var Call = Op[CallIn, limen.Route]{Name: "call", Doc: "name what an app that limen runs has opened", Risk: Changes}

// CallIn says which app, and where it answers.
type CallIn struct {
	App       string          `json:"app"`
	Project   string          `json:"project"` // the directory it belongs to
	Endpoint  limen.Endpoint  `json:"endpoint"`
	Process   limen.ProcessID `json:"process"`
	IsProject bool            `json:"isProject,omitempty"` // it has no name of its own: the project's is meant
}

// Resolve says how programs find the address of a name, each way tried.
var Resolve = Op[ResolveIn, limen.Resolution]{Name: "resolve", Doc: "how programs find the address of a name, tried", Risk: Changes}

// ResolveIn says which name, and what to do about it.
type ResolveIn struct {
	Name  string `json:"name"`
	Hosts bool   `json:"hosts,omitempty"` // write the names that need it into the system's file of hosts
	Clean bool   `json:"clean,omitempty"` // take them out again

	Address netip.Addr `json:"address,omitzero"` // that the name has to itself; without one it is looked up in the records
}
