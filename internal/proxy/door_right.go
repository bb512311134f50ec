package proxy

import (
	"bytes"
	"cmp"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// capNetBindService is the number of a capability (linux/capability.h).
const capNetBindService = 10

// right says by what right a port can be bound, if it can, by what procfs says
// of the system and of this thread. Where there is none, it is like any other.
func (d Doorway) right(port uint16) limen.Grant {
	proc := cmp.Or(d.Proc, "/proc")
	start, err := os.ReadFile(filepath.Join(proc, "sys/net/ipv4/ip_unprivileged_port_start")) // ip(7); IPv6 has no other
	if err != nil {
		return limen.GrantBind
	}
	if from, err := strconv.ParseUint(strings.TrimSpace(string(start)), 10, 32); err == nil && uint64(port) >= from {
		return limen.GrantSystem
	}
	status, err := os.ReadFile(filepath.Join(proc, "thread-self/status"))
	if err == nil && hasCapability(status, capNetBindService) {
		return limen.GrantCapability
	}
	return limen.GrantBind
}

// hasCapability reports whether a status of procfs has a capability among the
// effective ones: "CapEff:", then 64 bits in hexadecimal (proc_pid_status(5)).
func hasCapability(status []byte, number uint) bool {
	for line := range bytes.Lines(status) {
		if digits, ok := bytes.CutPrefix(line, []byte("CapEff:")); ok {
			set, err := strconv.ParseUint(string(bytes.TrimSpace(digits)), 16, 64)
			return err == nil && set>>number&1 == 1
		}
	}
	return false
}
