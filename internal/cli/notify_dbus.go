//go:build unix && !darwin

package cli

import (
	"cmp"
	"context"
	"html"
	"os"
	"path/filepath"
	"strings"

	"github.com/godbus/dbus/v5"
)

// A bus is a desktop that is spoken to over D-Bus (Desktop Notifications
// Specification 1.3, "Protocol").
type bus struct{ conn *dbus.Conn }

// openDesktop connects to the bus of the session. It starts none: a bus that
// nobody listens on shows nothing.
func openDesktop(ctx context.Context, getenv func(string) string) (desktop, error) {
	address := getenv("DBUS_SESSION_BUS_ADDRESS")
	if address == "" {
		// Where systemd starts the bus, it is here (sd_bus_open_user(3)).
		if dir := getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
			if socket := filepath.Join(dir, "bus"); isThere(socket) {
				address = "unix:path=" + dbus.EscapeBusAddressValue(socket)
			}
		}
	}
	if address == "" {
		return nil, noDesktop("there is no session bus: DBUS_SESSION_BUS_ADDRESS is not set", "run it in a desktop session, or use --exec")
	}
	// An address may also name a program to start; that is not for limen.
	if strings.Contains(address, "unixexec:") || strings.HasPrefix(address, "autolaunch:") {
		return nil, noDesktop("the address of the session bus names a program to start", "set DBUS_SESSION_BUS_ADDRESS to the bus of a desktop session")
	}
	ctx, done := context.WithTimeout(ctx, patience)
	defer done()
	conn, err := connect(ctx, address)
	if err != nil {
		return nil, noDesktop("the session bus does not answer: "+err.Error(), "run it in a desktop session, or use --exec")
	}
	d := &bus{conn}
	var name, vendor, version, spec string
	if err := d.object().CallWithContext(ctx, "org.freedesktop.Notifications.GetServerInformation", 0).Store(&name, &vendor, &version, &spec); err != nil {
		conn.Close()
		return nil, noDesktop("nothing on the session bus shows notifications: "+err.Error(), "start a notification daemon, or use --exec")
	}
	return d, nil
}

// connect connects to a bus. One that takes the connection and never speaks is
// hung up on when ctx ends, although the connection is to last longer.
func connect(ctx context.Context, address string) (*dbus.Conn, error) {
	conn, err := dbus.Dial(address)
	if err != nil {
		return nil, err
	}
	giveUp := context.AfterFunc(ctx, func() { conn.Close() })
	if err = conn.Auth(nil); err == nil {
		err = conn.Hello()
	}
	if !giveUp() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		conn.Close()
		return nil, cmp.Or(ctx.Err(), err)
	}
	return conn, nil
}

func isThere(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func (b *bus) object() dbus.BusObject {
	return b.conn.Object("org.freedesktop.Notifications", "/org/freedesktop/Notifications")
}

// Show escapes the text, which a server may read as markup; titles are plain.
func (b *bus) Show(ctx context.Context, title, text string) error {
	const whenever = int32(-1) // the server decides how long it stays
	return b.object().CallWithContext(ctx, "org.freedesktop.Notifications.Notify", 0,
		"limen", uint32(0), "network-wired", title, html.EscapeString(text), []string{}, map[string]dbus.Variant{}, whenever).Err
}

func (b *bus) Close() error { return b.conn.Close() }
