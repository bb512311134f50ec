package serve

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func TestAHostIsReadWithoutItsPort(t *testing.T) {
	for header, want := range map[string]string{
		"localhost": "localhost", "LocalHost:8008": "localhost", "shop.localhost.": "shop.localhost", "[::1]:80": "::1", "[::1]": "::1", "127.0.0.1:1": "127.0.0.1", "": "",
		"[fe80::1%25eth0]:80": "fe80::1%25eth0",
	} {
		if got, err := parseHost(header); err != nil || got != want {
			t.Errorf("parseHost(%q) = %q, %v; want %q", header, got, err, want)
		}
	}
	for _, header := range []string{":80", "a:b", "a:80:80", "[::1", "[::1]x", "[a]", "a b", "a/b", "a@b", "a\x00", "é.example", strings.Repeat("a", 300), "a:999999", ".", "[127.0.0.1]"} {
		if got, err := parseHost(header); err == nil {
			t.Errorf("parseHost(%q) = %q; want that it is no host", header, got)
		}
	}
}

// Only names that cannot be made to lead here by somebody else are ours.
func FuzzParseHost(f *testing.F) {
	for _, s := range []string{"localhost", "shop.localhost:8008", "[::1]:80", "127.0.0.1", "evil.example", "localhost.evil.example", "a@localhost"} {
		f.Add(s)
	}
	s := &Site{}
	f.Fuzz(func(t *testing.T, header string) {
		host, err := parseHost(header)
		if err == nil && (host != strings.ToLower(host) || strings.ContainsAny(host, "/@\\ []\x00")) {
			t.Fatalf("parseHost(%q) = %q", header, host)
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = header
		if header == "" || !s.isMeant(r) {
			return
		}
		address, err := netip.ParseAddr(host)
		if host != "localhost" && !strings.HasSuffix(host, ".localhost") && (err != nil || !address.Unmap().IsLoopback()) {
			t.Fatalf("%q is taken for ours", header)
		}
	})
}

func TestAFolderGivesItsOriginAName(t *testing.T) {
	for folder, want := range map[string]string{
		"shop": "shop", "My Shop": "my-shop", "-a_b-": "a-b", "日本": "folder", "": "folder", "/": "folder", "v1.2": "v1-2", strings.Repeat("a", 100): strings.Repeat("a", 63), "déjà vu": "d-j-vu",
	} {
		if got := hostLabel(folder); got != want {
			t.Errorf("%q: %q, want %q", folder, got, want)
		}
	}
}
