//go:build unix && !darwin

package cli

import (
	"bufio"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

// A notified is what came to a notification service.
type notified struct{ title, text string }

// A service shows notifications to a test.
type service struct{ shown chan notified }

func (s service) GetServerInformation() (name, vendor, version, spec string, err *dbus.Error) {
	return "test", "limen", "1", "1.3", nil
}

func (s service) Notify(_ string, _ uint32, _, title, text string, _ []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	s.shown <- notified{title, text}
	return 1, nil
}

// startBus starts a bus of the test's own and returns its address.
func startBus(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "b") // a socket's path has room for 108 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	cmd := exec.Command(nettest.Need(t, "dbus-daemon"), "--session", "--nofork", "--print-address", "--address=unix:dir="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(address)
}

// startService answers for the desktop on a bus.
func startService(t *testing.T, address string) service {
	t.Helper()
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	s := service{make(chan notified, 100)}
	if err := conn.Export(s, "/org/freedesktop/Notifications", "org.freedesktop.Notifications"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName("org.freedesktop.Notifications", dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return s
}

func opened(port, name string) limen.Event {
	return limen.Event{Change: limen.Opened, Listener: limen.Listener{
		Endpoint: limen.MustParseEndpoint("tcp/127.0.0.1:" + port), State: limen.Listening,
		Owners: []limen.Owner{{Process: limen.Process{ProcessID: limen.ProcessID{PID: 812}, Name: name}, Role: limen.Sole, Proof: limen.Proved}},
	}}
}

func TestANotificationSaysWhatHappenedAndABurstIsOne(t *testing.T) {
	address := startBus(t)
	s := startService(t, address)
	d, err := openDesktop(t.Context(), func(name string) string {
		return map[string]string{"DBUS_SESSION_BUS_ADDRESS": address}[name]
	})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	events := make(chan limen.Event, 2000)
	events <- opened("3000", "vite")
	done := make(chan error)
	go func() { done <- announce(t.Context(), d, events, time.Hour) }()
	if got := <-s.shown; got != (notified{"vite (812) opened 3000", ""}) {
		t.Errorf("the first was %q", got)
	}
	for range 1000 {
		events <- opened("3001", "<b>loud</b>")
	}
	close(events)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	got := <-s.shown
	if got.title != "1000 changes on local ports" || !strings.HasSuffix(got.text, "\nand 995 more") ||
		strings.Contains(got.text, "<b>") || !strings.Contains(got.text, "&lt;b&gt;loud&lt;/b&gt;") {
		t.Errorf("the others were %q", got)
	}
	if len(s.shown) > 0 {
		t.Errorf("and there were more: %q", <-s.shown)
	}
}

// A hung desktop takes what is to be shown, and never answers.
type hung struct {
	service
	never chan struct{}
}

func (h hung) Notify(string, uint32, string, string, string, []string, map[string]dbus.Variant, int32) (uint32, *dbus.Error) {
	h.shown <- notified{}
	<-h.never
	return 1, nil
}

func TestADesktopThatHangsIsLeftAtCtrlC(t *testing.T) {
	address := startBus(t)
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	h := hung{service{make(chan notified, 1)}, make(chan struct{})}
	defer close(h.never)
	if err := conn.Export(h, "/org/freedesktop/Notifications", "org.freedesktop.Notifications"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName("org.freedesktop.Notifications", dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	d, err := openDesktop(t.Context(), func(name string) string {
		return map[string]string{"DBUS_SESSION_BUS_ADDRESS": address}[name]
	})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	ctx, cancel := context.WithCancel(t.Context())
	events := make(chan limen.Event, 1)
	events <- opened("3000", "vite")
	done := make(chan error)
	go func() { done <- announce(ctx, d, events, time.Hour) }()
	<-h.shown
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
}

// A bus can be a socket that takes connections and never speaks.
func TestABusThatNeverSpeaksIsGivenUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bus")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		if c, err := l.Accept(); err == nil {
			c.Read(make([]byte, 1)) // it has begun to speak
			cancel()
			c.Read(make([]byte, 1<<10))
		}
	}()
	var e *limen.Error
	if d, err := openDesktop(ctx, func(name string) string {
		return map[string]string{"DBUS_SESSION_BUS_ADDRESS": "unix:path=" + dbus.EscapeBusAddressValue(path)}[name]
	}); !errors.As(err, &e) || e.Next == "" {
		t.Errorf("%v, %v", d, err)
	}
}

func TestWithoutADesktopNotifyingSaysWhy(t *testing.T) {
	silent := startBus(t) // with nothing on it that shows notifications
	for name, env := range map[string]map[string]string{
		"no bus":         {},
		"a dead bus":     {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere/at/all"},
		"a silent bus":   {"DBUS_SESSION_BUS_ADDRESS": silent},
		"a program":      {"DBUS_SESSION_BUS_ADDRESS": "unixexec:path=/bin/true"},
		"an empty place": {"XDG_RUNTIME_DIR": t.TempDir()},
	} {
		var e *limen.Error
		if d, err := openDesktop(t.Context(), func(name string) string { return env[name] }); !errors.As(err, &e) || e.Kind != limen.Unsupported || e.Next == "" {
			t.Errorf("%s: %v, %v", name, d, err)
		}
	}
}
