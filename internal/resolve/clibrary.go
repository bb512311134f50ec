package resolve

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A source is one that /etc/nsswitch.conf can name.
type source struct {
	name string
	ask  func(context.Context, *question) (answer, outcome)
}

// sources are those whose answer can be told. glibc itself has none for names
// below localhost: they are found only where one of these does.
//
// Sources of directories (sss, ldap, nis, winbind) are left out: they have the
// names of other machines. So are those of mDNS, which answer for .local alone,
// and mymachines, for containers.
var sources = []source{
	{"files", func(_ context.Context, q *question) (answer, outcome) { return found(q.inHosts()) }},
	{"resolve", func(ctx context.Context, q *question) (answer, outcome) {
		a, ok := q.askResolved(ctx)
		if !ok {
			return answer{}, unavail
		}
		return a, outcomeOf(a)
	}},
	{"myhostname", func(_ context.Context, q *question) (answer, outcome) { return q.asMyHostname() }},
	{"dns", func(ctx context.Context, q *question) (answer, outcome) {
		a := q.askServers(ctx)
		return a, outcomeOf(a)
	}},
}

func found(all []netip.Addr) (answer, outcome) {
	a := answer{found: all}
	return a, outcomeOf(a)
}

func outcomeOf(a answer) outcome {
	if len(a.found) == 0 {
		return notFound
	}
	return success
}

// asSwitch follows the list of /etc/nsswitch.conf as the C library does. musl does
// not read it.
func (q *question) asSwitch(ctx context.Context) (last answer) {
	var asked []string
	guessed := false
	for _, s := range parseSwitch(q.read("/etc/nsswitch.conf")) {
		asked = append(asked, s.source[:min(len(s.source), 32)])
		i := slices.IndexFunc(sources, func(known source) bool { return known.name == s.source })
		if i < 0 {
			continue
		}
		a, o := sources[i].ask(ctx, q)
		guessed = guessed || a.guessed
		switch {
		case o == success:
			last = answer{found: a.found, why: "by " + s.source + " of /etc/nsswitch.conf"}
		case a.why != "" && len(last.found) == 0:
			last.why = a.why
		}
		if s.ends[o] {
			break
		}
	}
	if last.guessed = guessed; last.why == "" {
		last.why = fmt.Sprintf("none of %s in /etc/nsswitch.conf has it", strings.Join(asked, ", "))
	}
	return last
}

// asMusl looks into the file of hosts, and asks the name servers
// (src/network/lookup_name.c of musl).
func (q *question) asMusl(ctx context.Context) answer {
	if all := q.inHosts(); len(all) > 0 {
		return answer{found: all, guessed: true, why: "by " + hostsPath}
	}
	a := q.askServers(ctx)
	a.guessed = true
	return a
}

// asMyHostname is what nss-myhostname(8) says, if it is installed: it answers for
// localhost and all below it.
func (q *question) asMyHostname() (answer, outcome) {
	if !isLocalhost(q.host) {
		return answer{}, notFound
	}
	for _, pattern := range []string{"/lib*/libnss_myhostname.so.2", "/usr/lib*/libnss_myhostname.so.2", "/lib/*/libnss_myhostname.so.2", "/usr/lib/*/libnss_myhostname.so.2"} {
		if files, err := filepath.Glob(q.at(pattern)); err == nil && len(files) > 0 {
			return answer{found: loopbacks()}, success
		}
	}
	return answer{why: "myhostname stands in /etc/nsswitch.conf, and libnss_myhostname.so.2 is not installed"}, unavail
}

// inHosts are the addresses that the file of hosts has for the name.
func (q *question) inHosts() []netip.Addr { return addressesOf(parseHosts(q.read(hostsPath)), q.host) }

// mostRead is how much of a file is read: some lists that block advertisements
// have a hundred thousand lines.
const mostRead = 16 << 20

// read is a file's text, or nothing.
func (q *question) read(path string) string {
	f, err := os.Open(q.at(path))
	if err != nil {
		return ""
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, mostRead))
	if err != nil {
		return ""
	}
	return string(b)
}
