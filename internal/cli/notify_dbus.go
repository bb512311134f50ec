//go:build unix && !darwin

package cli

import (
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
func openDesktop(getenv func(string) string) (desktop, error) {
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
	conn, err := dbus.Connect(address)
	if err != nil {
		return nil, noDesktop("the session bus does not answer: "+err.Error(), "run it in a desktop session, or use --exec")
	}
	d := &bus{conn}
	var name, vendor, version, spec string
	if err := d.object().Call("org.freedesktop.Notifications.GetServerInformation", 0).Store(&name, &vendor, &version, &spec); err != nil {
		conn.Close()
		return nil, noDesktop("nothing on the session bus shows notifications: "+err.Error(), "start a notification daemon, or use --exec")
	}
	return d, nil
}

func isThere(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func (b *bus) object() dbus.BusObject {
	return b.conn.Object("org.freedesktop.Notifications", "/org/freedesktop/Notifications")
}

// Show escapes the text, which a server may read as markup; titles are plain.
func (b *bus) Show(title, text string) error {
	const whenever = int32(-1) // the server decides how long it stays
	return b.object().Call("org.freedesktop.Notifications.Notify", 0,
		"limen", uint32(0), "network-wired", title, html.EscapeString(text), []string{}, map[string]dbus.Variant{}, whenever).Err
}

func (b *bus) Close() error { return b.conn.Close() }
