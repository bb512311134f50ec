package process

import "fmt"

// terminals are the devices that can be a controlling terminal
// (Documentation/admin-guide/devices.txt; include/uapi/linux/major.h). The
// first that fits counts.
var terminals = []struct {
	firstMajor, lastMajor uint32
	firstMinor            uint32
	name                  string // followed by the device's number, from 0
}{
	{136, 143, 0, "pts/"}, // UNIX98_PTY_SLAVE_MAJOR and its seven spares: a window, an ssh login
	{4, 4, 64, "ttyS"},    // TTY_MAJOR, second part: a serial line
	{4, 4, 0, "tty"},      // TTY_MAJOR: a virtual console
	{204, 204, 64, "ttyAMA"},
	{188, 188, 0, "ttyUSB"},
	{229, 229, 0, "hvc"}, // the console of a virtual machine
	// /dev/tty (5,0) is left out: it is a name for whatever terminal one has.
}

// terminalName returns the name under /dev of a terminal's device number, as
// field 7 of /proc/PID/stat encodes it (new_encode_dev in
// include/linux/kdev_t.h). A kind that is not in the table is given as
// major:minor; 0 is no terminal.
func terminalName(device uint32) string {
	if device == 0 {
		return ""
	}
	major, minor := device>>8&0xfff, device&0xff|device>>12&0xfff00
	for _, t := range terminals {
		if t.firstMajor <= major && major <= t.lastMajor && minor >= t.firstMinor {
			// A spare major carries on where the one before it ended, at 256.
			return fmt.Sprint(t.name, (major-t.firstMajor)<<8+minor-t.firstMinor)
		}
	}
	return fmt.Sprintf("%d:%d", major, minor)
}
