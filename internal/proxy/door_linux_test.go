package proxy

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

// openedDoors opens doors in a network of the test's own, and closes them with it.
func openedDoors(t *testing.T, d Doorway) []limen.Door {
	t.Helper()
	listeners, doors, err := Open(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, l := range listeners {
			l.Close()
		}
	})
	for i, l := range listeners {
		if at := l.Addr().(*net.TCPAddr).AddrPort(); at != doors[i].Endpoint.Addr {
			t.Errorf("the listener of door %v is at %v", doors[i].Endpoint, at)
		}
	}
	return doors
}

// doorPair is a door at both loopback addresses.
func doorPair(port uint16, d limen.Door) (both []limen.Door) {
	for _, a := range thresholds {
		d.Endpoint = limen.Endpoint{Transport: limen.TCP, Addr: netip.AddrPortFrom(a, port)}
		both = append(both, d)
	}
	return both
}

func sameDoors(t *testing.T, got []limen.Door, want ...[]limen.Door) {
	t.Helper()
	if diff := cmp.Diff(slices.Concat(want...), got, cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); diff != "" {
		t.Errorf("doors (-want +got):\n%s", diff)
	}
}

// lowFrom sets from which port on everybody may bind, in the test's network.
func lowFrom(t *testing.T, port string) {
	t.Helper()
	if err := os.WriteFile("/proc/sys/net/ipv4/ip_unprivileged_port_start", []byte(port), 0); err != nil {
		t.Fatal(err)
	}
}

// withoutRights takes CAP_NET_BIND_SERVICE from the test's thread.
func withoutRights(t *testing.T) {
	t.Helper()
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var had [2]unix.CapUserData
	if err := unix.Capget(&head, &had[0]); err != nil {
		t.Fatal(err)
	}
	less := had
	less[0].Effective &^= 1 << unix.CAP_NET_BIND_SERVICE
	if err := unix.Capset(&head, &less[0]); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Capset(&head, &had[0]); err != nil {
			t.Error(err)
		}
	})
}

func doorElsewhere(usual uint16, why *limen.Error) limen.Door {
	return limen.Door{Usual: usual, Grant: limen.GrantElsewhere, Why: why.Why, Next: why.Next}
}

func TestTheUsualPortsAreOpenedByTheRightThatThereIs(t *testing.T) {
	nettest.Enter(t)
	for start, grant := range map[string]limen.Grant{"1024": limen.GrantCapability, "80": limen.GrantSystem} {
		if grant == limen.GrantCapability && os.Geteuid() != 0 {
			continue // nobody else has it
		}
		lowFrom(t, start)
		listeners, doors, err := Open(t.Context(), Doorway{})
		if err != nil {
			t.Fatal(err)
		}
		sameDoors(t, doors, doorPair(443, limen.Door{Usual: 443, Grant: grant}), doorPair(80, limen.Door{Usual: 80, Grant: grant}))
		for _, l := range listeners {
			l.Close()
		}
	}
}

func TestWithoutTheRightOtherPortsStandInAndTheCommandIsSaid(t *testing.T) {
	nettest.Enter(t)
	lowFrom(t, "1024")
	withoutRights(t)
	sameDoors(t, openedDoors(t, Doorway{}), doorPair(8443, doorElsewhere(443, lacking)), doorPair(8008, doorElsewhere(80, lacking)))
}

func TestThePortsAboveTheSystemsThresholdNeedNoRight(t *testing.T) {
	nettest.Enter(t)
	lowFrom(t, "443") // as where somebody wants HTTPS alone
	withoutRights(t)
	sameDoors(t, openedDoors(t, Doorway{}), doorPair(443, limen.Door{Usual: 443, Grant: limen.GrantSystem}), doorPair(8008, doorElsewhere(80, lacking)))
}

func TestAPortThatSomebodyHasIsLeftToThem(t *testing.T) {
	for _, where := range []string{"127.0.0.1:443", "[::1]:443", "0.0.0.0:443", "[::]:443"} {
		t.Run(where, func(t *testing.T) {
			nettest.Enter(t)
			lowFrom(t, "80")
			nettest.Listen(t, "tcp", where)
			nettest.Listen(t, "tcp", "127.0.0.1:8443")
			d := Doorway{Taken: func(_ context.Context, port uint16) (string, error) {
				return map[uint16]string{443: "nginx (pid 1) has it", 8443: "tomcat (pid 2) has it"}[port], nil
			}}
			if could, err := CouldOpen(t.Context(), d, 443); could || err != nil {
				t.Errorf("443 could be opened: %v, %v", could, err)
			}
			why := &limen.Error{Why: "port 443 is taken: nginx (pid 1) has it; port 8443 is taken: tomcat (pid 2) has it", Next: "limen why 443"}
			stray := doorElsewhere(443, why)
			stray.Stray = true
			sameDoors(t, openedDoors(t, d), doorPair(8444, stray), doorPair(80, limen.Door{Usual: 80, Grant: limen.GrantSystem}))
		})
	}
}

func TestWhatWasHandedOverStays(t *testing.T) {
	nettest.Enter(t)
	lowFrom(t, "80")
	hand := func(at string, d limen.Door) Handed {
		l, err := net.Listen("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		return Handed{l, d}
	}
	handed := []Handed{
		hand("127.0.0.1:80", limen.Door{Grant: limen.GrantManager}),
		hand("127.0.0.1:8443", limen.Door{Grant: limen.GrantInherited, Why: "what was so once"}),
	}
	at := func(port uint16, d limen.Door) []limen.Door { return doorPair(port, d)[:1] }
	if could, err := CouldOpen(t.Context(), Doorway{}, 443); !could || err != nil {
		t.Errorf("443 could be opened: %v, %v", could, err)
	}
	listeners, doors, err := Open(t.Context(), Doorway{Handed: handed})
	if err != nil {
		t.Fatal(err)
	}
	sameDoors(t, doors,
		at(80, limen.Door{Usual: 80, Grant: limen.GrantManager}),
		at(8443, limen.Door{Usual: 443, Grant: limen.GrantInherited}), // why it was not there is no longer so
		doorPair(443, limen.Door{Usual: 443, Grant: limen.GrantSystem}))
	for _, l := range listeners[2:] {
		l.Close()
	}
	lowFrom(t, "1024")
	withoutRights(t)
	sameDoors(t, openedDoors(t, Doorway{Handed: handed}),
		at(80, limen.Door{Usual: 80, Grant: limen.GrantManager}),
		at(8443, limen.Door{Usual: 443, Grant: limen.GrantInherited, Why: lacking.Why, Next: lacking.Next}))
}

func TestANearListenerHangsUpOnWhoeverIsNotOfThisMachine(t *testing.T) {
	nettest.Enter(t)
	other := nettest.Address(t, "10.9.8.7/24")
	l, err := net.Listen("tcp", ":3000")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	read := func(host string) (string, error) {
		c, err := net.Dial("tcp", net.JoinHostPort(host, "3000"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		text, err := io.ReadAll(c)
		return string(text), err
	}
	go func() { // until the listener is closed
		for {
			c, err := near{l}.Accept()
			if err != nil {
				return
			}
			io.WriteString(c, "hello")
			c.Close()
		}
	}()
	if text, _ := read(other.String()); text != "" {
		t.Errorf("over %v it said %q", other, text)
	}
	for _, host := range []string{"127.0.0.1", "::1"} {
		if text, err := read(host); text != "hello" || err != nil {
			t.Errorf("over %s it said %q, %v", host, text, err)
		}
	}
}

func TestWideDoorsStandBesideTheUsualOnes(t *testing.T) {
	nettest.Enter(t)
	lowFrom(t, "80")
	openedDoors(t, Doorway{})
	wide := NewWide(443)
	if err := wide.Follow(t.Context()); err == nil || !strings.Contains(err.Error(), "no address in any network") {
		t.Errorf("a machine without networks was opened to them: %v", err)
	}
	served := make(chan error, 1)
	go func() { // as a server does: what was accepted is answered until it ends
		for {
			c, err := wide.Accept()
			if err != nil {
				served <- err
				return
			}
			c.Close()
		}
	}()
	reach := func(a netip.Addr) error {
		c, err := net.Dial("tcp", netip.AddrPortFrom(a, 443).String())
		if err == nil {
			c.Close()
		}
		return err
	}
	for range 2 { // a network that comes, goes and comes again
		network := &visit{TB: t}
		other := nettest.Address(network, "10.9.8.7/24")
		for range 2 {
			if err := errors.Join(wide.Follow(t.Context()), reach(other)); err != nil {
				t.Error(err)
			}
		}
		network.leave()
		if err := wide.Follow(t.Context()); err == nil {
			t.Error("without a network, nothing is said")
		}
		if n := len(wide.at); n != 0 {
			t.Errorf("it still listens at %d addresses", n)
		}
	}
	if err := wide.Close(); err != nil {
		t.Error(err)
	}
	if err := <-served; !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept ended with %v", err)
	}
	if err := errors.Join(wide.Follow(t.Context()), wide.Close()); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a closed one was opened: %v", err)
	}
}

// A visit is a part of a test that cleans up before the test ends.
type visit struct {
	testing.TB
	ends []func()
}

func (v *visit) Cleanup(f func()) { v.ends = append(v.ends, f) }

func (v *visit) leave() {
	for _, end := range slices.Backward(v.ends) {
		end()
	}
}

func TestAnAddressThatSomebodyHasIsSaidBesideThoseThatAreOpen(t *testing.T) {
	nettest.Enter(t)
	other, taken := nettest.Address(t, "10.9.8.7/24"), nettest.Address(t, "10.9.9.7/24")
	l, err := net.Listen("tcp", netip.AddrPortFrom(taken, 8443).String())
	if err != nil {
		t.Fatal(err)
	}
	wide := NewWide(8443)
	defer wide.Close()
	if err := wide.Follow(t.Context()); err == nil || !strings.Contains(err.Error(), taken.String()) || !wide.IsOpen() {
		t.Errorf("%v; open at %v: %v", err, other, wide.IsOpen())
	}
	l.Close()
	if err := wide.Follow(t.Context()); err != nil || len(wide.at) != 2 {
		t.Errorf("when it is free: %v, %v", err, wide.at)
	}
}

func TestWhoComesWhileADoorIsClosedIsLetGo(t *testing.T) {
	nettest.Enter(t)
	other := nettest.Address(t, "10.9.8.7/24")
	wide := NewWide(8443)
	if err := wide.Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", netip.AddrPortFrom(other, 8443).String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := wide.Close(); err != nil { // nobody has accepted
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("it was sent something")
	}
}

func TestACapabilityIsReadFromAStatus(t *testing.T) {
	for text, want := range map[string]bool{
		"CapPrm:\t0000000000000400\nCapEff:\t0000000000000400\n": true,
		"CapPrm:\t0000000000000400\nCapEff:\t0000000000000000\n": false,
		"CapEff:\t000001ffffffffff":                              true,
		"CapEff:\t":                                              false,
		"CapEff:\tzzz\n":                                         false,
		"":                                                       false,
	} {
		if got := hasCapability([]byte(text), capNetBindService); got != want {
			t.Errorf("%q has it: %v; want %v", text, got, want)
		}
	}
}

func FuzzHasCapability(f *testing.F) {
	f.Add([]byte("CapEff:\t000001ffffffffff\n"))
	f.Fuzz(func(t *testing.T, status []byte) { hasCapability(status, capNetBindService) })
}
