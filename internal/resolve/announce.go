package resolve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/pion/mdns/v2"
	"golang.org/x/net/ipv4"
)

// A LocalName is a name ending in .local by which devices of the same network
// find this machine (RFC 6762), for as long as it is open.
type LocalName struct {
	name string
	conn *mdns.Conn
}

// Announce answers for a name on the networks that this machine has these
// addresses in: of "shop", shop.local. If another machine has that already it
// takes shop-2, and so on. Which one it got, String says. It starts goroutines,
// which end with Close.
func Announce(ctx context.Context, label string, at []netip.Addr) (*LocalName, error) {
	faces, err := faces(at)
	if err != nil {
		return nil, err
	}
	for n := 1; n <= mostNumbers; n++ {
		name := numbered(label, n)
		taken, err := isTaken(ctx, name, faces)
		if err != nil {
			return nil, err
		}
		if taken {
			continue
		}
		conn, err := join(faces, mdns.WithLocalNames(name))
		if err != nil {
			return nil, err
		}
		return &LocalName{name, conn}, nil
	}
	return nil, fmt.Errorf("other machines have %s.local and the %d names after it", label, mostNumbers-1)
}

// mostNumbers is how many names are tried.
const mostNumbers = 9

// numbered is the name with a number behind it, but for the first.
func numbered(label string, n int) string {
	if n == 1 {
		return label + ".local"
	}
	return fmt.Sprintf("%s-%d.local", label, n)
}

// String is the whole name, such as shop.local.
func (n *LocalName) String() string { return n.name }

// Close gives the name up.
func (n *LocalName) Close() error { return n.conn.Close() }

// errNoFace means that there is no interface to announce a name on.
var errNoFace = errors.New("no network interface leads to other devices")

// faces are the interfaces with one of these addresses.
func faces(at []netip.Addr) ([]net.Interface, error) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	var all []net.Interface
	for _, i := range interfaces {
		if i.Flags&net.FlagMulticast == 0 {
			continue
		}
		mine, err := i.Addrs()
		if err != nil {
			continue // it went away
		}
		if slices.ContainsFunc(mine, func(a net.Addr) bool { return slices.Contains(at, addressOf(a)) }) {
			all = append(all, i)
		}
	}
	if len(all) == 0 {
		return nil, errNoFace
	}
	return all, nil
}

// addressOf is the address of an interface, or none.
func addressOf(a net.Addr) netip.Addr {
	prefix, err := netip.ParsePrefix(a.String())
	if err != nil {
		return netip.Addr{}
	}
	return prefix.Addr().Unmap()
}

// probing is how long others have to say that a name is theirs (RFC 6762, 8.1:
// three questions, a quarter of a second apart).
const probing = 750 * time.Millisecond

// isTaken asks whether another machine answers for a name.
func isTaken(ctx context.Context, name string, faces []net.Interface) (bool, error) {
	mine, err := net.InterfaceAddrs()
	if err != nil {
		return false, err
	}
	conn, err := join(faces, mdns.WithQueryInterval(probing/3))
	if err != nil {
		return false, err
	}
	defer conn.Close()
	limited, cancel := context.WithTimeout(ctx, probing)
	defer cancel()
	_, who, err := conn.QueryAddr(limited, name)
	if err != nil {
		return false, ctx.Err() // nobody said anything, or nobody could be asked any more
	}
	who = who.Unmap().WithZone("")
	return !slices.ContainsFunc(mine, func(a net.Addr) bool { return addressOf(a) == who }), nil
}

// join joins the group of machines that answer for names. The port is shared
// with whatever else on this machine does.
func join(faces []net.Interface, options ...mdns.ServerOption) (*mdns.Conn, error) {
	group, err := net.ResolveUDPAddr("udp4", mdns.DefaultAddressIPv4)
	if err != nil {
		return nil, err
	}
	socket, err := net.ListenUDP("udp4", group)
	if err != nil {
		return nil, err
	}
	conn, err := mdns.NewServer(ipv4.NewPacketConn(socket), nil, append(options, mdns.WithInterfaces(faces...))...)
	if err != nil {
		return nil, errors.Join(err, socket.Close())
	}
	return conn, nil
}
