package limen

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// A Transport is the protocol that carries bytes to a port. The zero value is
// invalid.
type Transport uint8

const (
	TCP Transport = iota + 1
	UDP
)

var transports = names{"", "tcp", "udp"}

// ParseTransport reads "tcp" or "udp".
func ParseTransport(s string) (Transport, error) {
	i, err := transports.parse(s, "transport")
	return Transport(i), err
}

func (t Transport) String() string { return transports.word(int(t), "Transport") }

// MarshalText writes "tcp" or "udp".
func (t Transport) MarshalText() ([]byte, error) { return transports.text(int(t), "transport") }

// UnmarshalText reads what MarshalText wrote.
func (t *Transport) UnmarshalText(b []byte) (err error) {
	*t, err = ParseTransport(string(b))
	return err
}

// An Endpoint is where something can be reached: a transport, an address and
// a port. Two endpoints are the same if all three are; an Endpoint can be
// compared and used as a map key. Its text form is "tcp/127.0.0.1:3000" or
// "udp/[::1]:53". The zero value is invalid.
type Endpoint struct {
	Transport Transport
	Addr      netip.AddrPort
}

// ParseEndpoint reads the text form of an Endpoint.
func ParseEndpoint(s string) (Endpoint, error) {
	name, rest, ok := strings.Cut(s, "/")
	if !ok {
		return Endpoint{}, fmt.Errorf("%q is not an endpoint; write it as tcp/127.0.0.1:3000", s)
	}
	t, err := ParseTransport(name)
	if err != nil {
		return Endpoint{}, fmt.Errorf("endpoint %q: %w", s, err)
	}
	a, err := netip.ParseAddrPort(rest)
	if err != nil {
		return Endpoint{}, fmt.Errorf("endpoint %q: %q is not an address and port such as 127.0.0.1:3000 or [::1]:3000", s, rest)
	}
	return Endpoint{t, a}, nil
}

// MustParseEndpoint is ParseEndpoint for text that is known to be right. It
// panics if it is not.
func MustParseEndpoint(s string) Endpoint {
	e, err := ParseEndpoint(s)
	if err != nil {
		panic(err)
	}
	return e
}

// Port returns the endpoint's port.
func (e Endpoint) Port() uint16 { return e.Addr.Port() }

// Address returns the endpoint's address, which is unspecified (0.0.0.0 or ::)
// for a wildcard.
func (e Endpoint) Address() netip.Addr { return e.Addr.Addr() }

// IsWildcard reports whether the endpoint stands for every address of the
// machine.
func (e Endpoint) IsWildcard() bool { return e.Address().Unmap().IsUnspecified() }

// Compare orders endpoints by port, then transport, then address.
func (e Endpoint) Compare(o Endpoint) int {
	switch {
	case e.Port() != o.Port():
		return int(e.Port()) - int(o.Port())
	case e.Transport != o.Transport:
		return int(e.Transport) - int(o.Transport)
	}
	return e.Address().Compare(o.Address())
}

func (e Endpoint) String() string { return e.Transport.String() + "/" + e.Addr.String() }

// MarshalText writes the text form. It fails for an invalid Endpoint.
func (e Endpoint) MarshalText() ([]byte, error) {
	if !e.Addr.IsValid() {
		return nil, errors.New("an endpoint without an address has no text form")
	}
	t, err := e.Transport.MarshalText()
	if err != nil {
		return nil, err
	}
	t = append(t, '/')
	return e.Addr.AppendTo(t), nil
}

// UnmarshalText reads what MarshalText wrote.
func (e *Endpoint) UnmarshalText(b []byte) (err error) {
	*e, err = ParseEndpoint(string(b))
	return err
}

// ParsePort reads a port number, 1 to 65535.
func ParsePort(s string) (uint16, error) {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%q is not a port; ports are numbers from 1 to 65535", s)
	}
	return uint16(n), nil
}
