package process

import (
	"strings"
	"testing"
)

func TestParseCgroup(t *testing.T) {
	for in, want := range map[string]string{
		"":                                      "",
		"0::/system.slice/nginx.service\n":      "/system.slice/nginx.service",
		"0::/a:b::c\n":                          "/a:b::c",
		"9:name=systemd:/\n1:cpu:/x\n0::/\n":    "/",
		"1:name=systemd:/init.scope\n0::/\n":    "/init.scope",
		"1:name=systemd:/init.scope\n0::/z\n":   "/z",
		"4:memory:/docker/1\n1:name=systemd:/d": "/d", // no unified hierarchy
		"4:memory:/docker/1\n":                  "",
		"nonsense\n0:\n::\n":                    "",
	} {
		if got := parseCgroup([]byte(in)); got != want {
			t.Errorf("%q: %q; want %q", in, got, want)
		}
	}
}

func FuzzParseCgroup(f *testing.F) {
	f.Add([]byte("1:name=systemd:/init.scope\n0::/\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got := parseCgroup(b); strings.Contains(got, "\n") || !strings.Contains(string(b), got) {
			t.Errorf("%q: %q", b, got)
		}
	})
}
