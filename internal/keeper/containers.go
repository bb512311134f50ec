package keeper

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"

	"github.com/limenhq/limen"
)

// A container is one entry of an engine's list: what limen reads of GET
// /containers/json (Docker Engine API, ContainerList).
type container struct {
	ID              string `json:"Id"`
	Names           []string
	Image           string
	Labels          map[string]string
	Ports           []port
	NetworkSettings struct {
		Networks map[string]struct {
			IPAddress         string
			GlobalIPv6Address string
		}
	}
}

// A port is one that a container listens on, and where the machine publishes
// it; PublicPort is 0 if it does not.
type port struct {
	IP         string
	PublicPort uint16
	Type       string // in the words of limen.Transport; sctp is none of ours
}

// What an engine may answer with. A machine with a thousand containers is
// rare, and each takes about two KiB.
const (
	mostAnswerBytes    = 8 << 20
	mostContainerBytes = 256 << 10
	mostContainers     = 10_000
)

// parseContainers reads an engine's list, one container at a time: the small
// limits bound what a hostile list can grow to once it is read.
func parseContainers(r io.Reader) ([]container, error) {
	limited := &io.LimitedReader{R: r, N: mostAnswerBytes}
	d := json.NewDecoder(limited)
	list, err := readContainers(d)
	switch {
	case err != nil && limited.N <= 0:
		return nil, fmt.Errorf("it is larger than %d bytes", mostAnswerBytes)
	case errors.Is(err, io.EOF):
		return nil, io.ErrUnexpectedEOF
	case err != nil:
		return nil, err
	}
	return list, nil
}

func readContainers(d *json.Decoder) ([]container, error) {
	switch t, err := d.Token(); {
	case err != nil:
		return nil, err
	case t != json.Delim('['):
		return nil, fmt.Errorf("it begins with %.20q, not with [", fmt.Sprint(t))
	}
	var list []container
	for d.More() {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, err
		}
		var c container
		switch {
		case len(list) == mostContainers:
			return nil, fmt.Errorf("it has more than %d entries", mostContainers)
		case len(raw) > mostContainerBytes:
			return nil, fmt.Errorf("an entry is larger than %d bytes", mostContainerBytes)
		}
		if err := json.Unmarshal(raw, &c); err != nil {
			return nil, err
		}
		if c.ID == "" {
			return nil, errors.New("an entry has no Id")
		}
		list = append(list, c)
	}
	_, err := d.Token() // the closing bracket, lest a cut list pass for a short one
	return list, err
}

// byID returns the container with the given ID.
func byID(list []container, id string) (container, bool) {
	for _, c := range list {
		if c.ID == id {
			return c, true
		}
	}
	return container{}, false
}

// keeper returns the container as its engine's tools know it.
func (c container) keeper(kind limen.KeeperKind) limen.Keeper {
	return limen.Keeper{
		Kind: kind,
		Name: c.name(),
		Container: &limen.Container{
			ID:      c.ID,
			Image:   c.Image,
			Project: c.label("com.docker.compose.project", "io.podman.compose.project"),
			Service: c.label("com.docker.compose.service", "io.podman.compose.service"),
		},
	}
}

// name returns the container's own name. Names of links to it, which have the
// other container's name before them, are not its own.
func (c container) name() string {
	for _, n := range c.Names {
		if n = strings.TrimPrefix(n, "/"); n != "" && !strings.Contains(n, "/") {
			return n
		}
	}
	return short(c.ID)
}

// label returns the first of the labels that the container has.
func (c container) label(keys ...string) string {
	for _, k := range keys {
		if v := c.Labels[k]; v != "" {
			return v
		}
	}
	return ""
}

// holds reports whether whoever holds e holds it for this port.
func (p port) holds(e limen.Endpoint) bool {
	at := p.address()
	return p.PublicPort == e.Port() && p.Type == e.Transport.String() &&
		(at == e.Address().Unmap() || at.IsUnspecified() && e.IsWildcard())
}

// serves reports whether what is sent to e arrives at this port. To a wildcard
// it is sent by any address.
func (p port) serves(e limen.Endpoint) bool {
	at := p.address()
	return p.PublicPort == e.Port() && p.Type == e.Transport.String() &&
		(e.IsWildcard() || at == e.Address().Unmap() || at.IsUnspecified() && at.Is4() == e.Address().Unmap().Is4())
}

// address returns where the port is published: everywhere, if the engine does
// not say.
func (p port) address() netip.Addr {
	if a, err := netip.ParseAddr(p.IP); err == nil {
		return a.Unmap()
	}
	return netip.IPv4Unspecified()
}

// has reports whether the container has an address in one of its networks.
func (c container) has(ip netip.Addr) bool {
	for _, n := range c.NetworkSettings.Networks {
		for _, s := range []string{n.IPAddress, n.GlobalIPv6Address} {
			if a, err := netip.ParseAddr(s); err == nil && a == ip {
				return true
			}
		}
	}
	return false
}
