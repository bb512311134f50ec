package limen

import (
	"encoding/json"
	"net/netip"
	"time"
)

// A Route is a name that leads to a target. Two are the same if name, path and
// condition are.
type Route struct {
	Name   string     `json:"name"`            // of the host: shop.localhost, or *.shop.localhost for all below it
	Path   string     `json:"path,omitempty"`  // only what lies there and below, as "/api"; empty means everything
	Strip  bool       `json:"strip,omitempty"` // the target does not see the path
	When   *Condition `json:"when,omitempty"`  // only requests that carry this
	Target Target     `json:"target"`
	Own    bool       `json:"own,omitempty"`  // the target is asked for its own host, and not for the name
	LAN    bool       `json:"lan,omitempty"`  // devices of the network may ask, too
	Port   uint16     `json:"port,omitempty"` // the name has an address of its own, where TCP to this port is carried to the target; 0 for HTTP

	Address netip.Addr `json:"address,omitzero"` // then that address

	Source  RouteSource `json:"source"`
	Subject *Subject    `json:"subject,omitempty"` // whose name it is; nil for one that was typed
	Since   time.Time   `json:"since"`             // when it was made

	// What is so at the moment, and is not kept.
	State     RouteState `json:"state"`
	URL       string     `json:"url,omitempty"`   // where a browser would go
	Endpoints []Endpoint `json:"endpoints"`       // where it leads now; empty if nothing listens there
	Owner     *Owner     `json:"owner,omitempty"` // who answers
	Why       string     `json:"why,omitempty"`   // of the state, or of the name, where it needs a word
	Gaps      []Gap      `json:"gaps,omitempty"`  // what may keep others from finding it, where that was looked at
}

// MarshalJSON writes absent lists as empty ones.
func (r Route) MarshalJSON() ([]byte, error) {
	type plain Route
	p := plain(r)
	p.Endpoints = orEmpty(p.Endpoints)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *Route) UnmarshalJSON(b []byte) error {
	type plain Route
	if err := json.Unmarshal(b, (*plain)(r)); err != nil {
		return err
	}
	r.Endpoints = orNil(r.Endpoints)
	return nil
}

// A Subject is whose name a route is: a program of a project. Names are kept
// for their subjects, also while those are not there. Two are the same if all
// parts are.
type Subject struct {
	Project string `json:"project"`           // its directory
	Branch  string `json:"branch,omitempty"`  // of a linked worktree
	Program string `json:"program,omitempty"` // which of several: the name of an app, or of what runs
}

// A RouteSource is who made a route. The zero value is invalid.
type RouteSource uint8

const (
	RouteObserved RouteSource = iota + 1 // a listener was seen, and its owner's project named it
	RouteRun                             // limen runs the app
	RouteTyped                           // a person
)

var routeSources = names{"", "observed", "run", "typed"}

func (s RouteSource) String() string { return routeSources.word(int(s), "RouteSource") }

// MarshalText writes the source's word, such as "typed".
func (s RouteSource) MarshalText() ([]byte, error) { return routeSources.text(int(s), "route source") }

// UnmarshalText reads what MarshalText wrote.
func (s *RouteSource) UnmarshalText(b []byte) error {
	i, err := routeSources.parse(string(b), "route source")
	*s = RouteSource(i)
	return err
}

// A RouteState is whether a route leads anywhere. The zero value is invalid.
type RouteState uint8

const (
	RouteLive   RouteState = iota + 1 // something listens there, or it is another machine's to say
	RouteAbsent                       // nothing listens there
	RouteHidden                       // another route with the same name comes first
	RouteAsleep                       // the daemon does not run, so nobody answers for the name
)

var routeStates = names{"", "live", "absent", "hidden", "asleep"}

func (s RouteState) String() string { return routeStates.word(int(s), "RouteState") }

// MarshalText writes the state's word, such as "live".
func (s RouteState) MarshalText() ([]byte, error) { return routeStates.text(int(s), "route state") }

// UnmarshalText reads what MarshalText wrote.
func (s *RouteState) UnmarshalText(b []byte) error {
	i, err := routeStates.parse(string(b), "route state")
	*s = RouteState(i)
	return err
}
