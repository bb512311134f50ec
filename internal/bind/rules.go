package bind

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// Rules are the system's settings that bear on port numbers. A zero field
// means that the system has no such rule, or that it could not be read.
type Rules struct {
	Ephemeral    limen.PortRange   // given out to outgoing connections
	Reserved     []limen.PortRange // never given out by itself
	Unprivileged uint16            // the first port that takes no rights to bind
	MayBindLow   bool              // this process has the right to bind the others
	LowWildcard  bool              // a bind of every address needs no right even there
	InWSL        bool              // this is a Linux within Windows, which it shares ports with
	InJail       bool              // this is a jail that shares its host's ports
	Localhost    []netip.Addr      // what the name localhost means here, the first choice first
}

// System is where the rules are written down. The zero value is this machine.
type System struct {
	Root string // the root of a Linux machine's file system; empty for this machine
}

// Read reads the rules. What is odd is left zero and said by a gap; what is
// missing is a rule that this system does not have.
func (s System) Read() (Rules, []limen.Gap) {
	var r Rules
	var gaps []limen.Gap
	if s.Root == "" && readNative != nil {
		return readNative()
	}
	for _, f := range ruleFiles {
		text, err := s.read(f.path)
		if err == nil {
			err = f.parse(&r, text)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			gaps = append(gaps, limen.Gap{What: f.what, Why: err.Error()})
		}
	}
	return r, gaps
}

// ruleFiles are the files with rules. Their meaning is in the kernel's
// Documentation/networking/ip-sysctl.rst, proc_pid_status(5) and hosts(5).
var ruleFiles = []struct {
	path, what string
	parse      func(*Rules, string) error
}{
	{"proc/sys/net/ipv4/ip_local_port_range", "the ports given out to outgoing connections", parseEphemeral},
	{"proc/sys/net/ipv4/ip_local_reserved_ports", "the ports kept out of automatic choice", parseReserved},
	{"proc/sys/net/ipv4/ip_unprivileged_port_start", "the first port that takes no rights to bind", parseUnprivileged},
	{"proc/self/status", "the right to bind low ports", parseMayBindLow},
	{"proc/sys/kernel/osrelease", "whether this is a Linux within Windows", parseRelease},
	{"etc/hosts", "what the name localhost means here", parseHosts},
}

// maxRuleFile bounds what is read of one file. A list of reserved ports stays
// below it even when it names every second port; a longer hosts file is an ad
// blocker's, and has localhost at its top.
const maxRuleFile = 1 << 18

func (s System) read(path string) (string, error) {
	root := s.Root
	if root == "" {
		root = "/"
	}
	f, err := os.Open(filepath.Join(root, path))
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxRuleFile))
	return string(b), err
}

// parseEphemeral reads "32768\t60999".
func parseEphemeral(r *Rules, text string) error {
	words := strings.Fields(text)
	if len(words) != 2 {
		return fmt.Errorf("%q is not two ports", text)
	}
	p, err := limen.ParsePortRange(words[0] + "-" + words[1])
	if err == nil {
		r.Ephemeral = p
	}
	return err
}

// parseReserved reads "8080,9148-9150", or an empty line.
func parseReserved(r *Rules, text string) error {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	var all []limen.PortRange
	for word := range strings.SplitSeq(text, ",") {
		p, err := limen.ParsePortRange(word)
		if err != nil {
			return err
		}
		all = append(all, p)
	}
	r.Reserved = all
	return nil
}

// parseUnprivileged reads "1024". The kernel allows 0, for no privileged port
// at all, which is the zero value here too.
func parseUnprivileged(r *Rules, text string) error {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 16)
	if err == nil {
		r.Unprivileged = uint16(n)
	}
	return err
}

// capNetBindService is CAP_NET_BIND_SERVICE of include/uapi/linux/capability.h.
const capNetBindService = 10

// parseMayBindLow reads the effective capabilities from /proc/self/status.
func parseMayBindLow(r *Rules, text string) error {
	_, rest, ok := strings.Cut(text, "\nCapEff:")
	if !ok {
		return errors.New("no line CapEff in the status of this process")
	}
	line, _, _ := strings.Cut(rest, "\n")
	caps, err := strconv.ParseUint(strings.TrimSpace(line), 16, 64)
	if err == nil {
		r.MayBindLow = caps&(1<<capNetBindService) != 0
	}
	return err
}

// parseRelease reads "6.6.87.2-microsoft-standard-WSL2". WSL 1 has "Microsoft"
// there, and whoever builds a kernel for WSL 2 starts from that name
// (CONFIG_LOCALVERSION of Microsoft's config-wsl).
func parseRelease(r *Rules, text string) error {
	r.InWSL = strings.Contains(strings.ToLower(text), "microsoft")
	return nil
}

// parseHosts finds the addresses of localhost. A resolver that sorts as
// RFC 6724 says (section 2.1: ::1 has precedence 50, IPv4 35) tries IPv6 first.
func parseHosts(r *Rules, text string) error {
	var all []netip.Addr
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) < 2 || !slices.Contains(words[1:], "localhost") {
			continue
		}
		if a, err := netip.ParseAddr(words[0]); err == nil && !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	slices.SortStableFunc(all, func(a, b netip.Addr) int { return b.BitLen() - a.BitLen() })
	r.Localhost = all
	return nil
}
