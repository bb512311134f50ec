package resolve

import (
	"slices"
	"strings"
	"testing"
)

func TestTheListOfTheCLibraryIsFollowed(t *testing.T) {
	const module = "usr/lib/x86_64-linux-gnu/libnss_myhostname.so.2"
	for _, row := range []struct {
		hosts, file, lib string
		found, why       string
	}{
		{"files dns", "127.0.0.1 shop.localhost", "", "127.0.0.1", "by files"},
		{"files dns", "127.0.0.1 SHOP.localhost. # mine", "", "127.0.0.1", "by files"},
		{"files", "# 127.0.0.1 shop.localhost", "", "", "none of files"},
		{"files myhostname", "", module, "127.0.0.1 ::1", "by myhostname"},
		{"files myhostname", "", "", "", "is not installed"},
		{"myhostname files", "192.0.2.1 shop.localhost", module, "127.0.0.1 ::1", "by myhostname"},
		{"mymachines sss files", "127.0.0.2 shop.localhost", "", "127.0.0.2", "by files"},
		{"files [NOTFOUND=return] myhostname", "", module, "", ""},
		{"files [!SUCCESS=return] myhostname", "", module, "", ""},
		{"files [SUCCESS=continue] myhostname", "192.0.2.1 shop.localhost", module, "127.0.0.1 ::1", "by myhostname"},
		{"resolve [!UNAVAIL=return] files", "127.0.0.1 shop.localhost", "", "127.0.0.1", "by files"}, // resolved is not there
		{"mdns4_minimal [NOTFOUND=return] files", "127.0.0.1 shop.localhost", "", "127.0.0.1", "by files"},
	} {
		files := map[string]string{"etc/nsswitch.conf": "passwd: files\nhosts: " + row.hosts + " # all\n", hostsPath: row.file + "\n", "etc/resolv.conf": "nameserver 192.0.2.53\n"}
		if row.lib != "" {
			files[row.lib] = ""
		}
		q := &question{Machine: tree(t, files), name: "shop.localhost", host: "shop.localhost"}
		a := q.asSwitch(t.Context())
		if !slices.Equal(a.found, addresses(strings.Fields(row.found)...)) || !strings.Contains(a.why, row.why) {
			t.Errorf("%q with %q: %v, %q; want %q, %q", row.hosts, row.file, a.found, a.why, row.found, row.why)
		}
	}
}

func TestWithoutAListTheUsualOneHolds(t *testing.T) {
	for _, file := range []string{"", "passwd: files\n", "#hosts: dns\n"} {
		steps := parseSwitch(file)
		if len(steps) != 2 || steps[0].source != "files" || steps[1].source != "dns" {
			t.Errorf("%q: %v", file, steps)
		}
	}
}

func FuzzParseSwitch(f *testing.F) {
	f.Add("hosts: files mymachines resolve [!UNAVAIL=return] myhostname dns")
	f.Add("hosts:[x]files[NOTFOUND=return SUCCESS=merge")
	f.Fuzz(func(t *testing.T, s string) {
		for _, step := range parseSwitch(s) {
			if step.source == "" || strings.ContainsAny(step.source, " \t[") {
				t.Errorf("%q: %q", s, step.source)
			}
		}
	})
}

func FuzzParseHosts(f *testing.F) {
	f.Add("127.0.0.1 localhost\n::1 ip6-localhost # here\n")
	f.Fuzz(func(t *testing.T, s string) {
		for _, l := range parseHosts(s) {
			if !l.address.IsValid() || len(l.names) == 0 {
				t.Errorf("%q: %v", s, l)
			}
		}
	})
}

func FuzzParseResolvConf(f *testing.F) {
	f.Add("search example.com\nnameserver 127.0.0.53\noptions edns0\n")
	f.Fuzz(func(t *testing.T, s string) {
		if n := len(parseResolvConf(s)); n < 1 || n > mostServers {
			t.Errorf("%q: %d servers", s, n)
		}
	})
}
