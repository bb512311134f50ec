package resolve

import (
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

func TestDangerousSuffixesAreWarnedOf(t *testing.T) {
	for name, why := range map[string]string{
		"shop.localhost":      "",
		"localhost":           "",
		"a.b.test":            "",
		"shop.internal":       "",
		"shop.home.arpa":      "",
		"shop.local":          "mDNS",
		"shop.dev":            "HSTS",
		"shop.app":            "HSTS",
		"shop.example.com":    "others' there",
		"shop.invalid":        "RFC 6761",
		"shop":                "without a dot",
		"localhost.com":       "others' there",
		"shop.notlocalhost":   "others' there",
		"shop.localhost.page": "HSTS",
	} {
		g := Warn(name)
		if (g == nil) != (why == "") || g != nil && (!strings.Contains(g.Why, why) || g.Next == "") {
			t.Errorf("%s: %+v; want %q", name, g, why)
		}
	}
}

func TestWhatKeepsTheNetworkOutIsSaid(t *testing.T) {
	signs := func(name string) bool { return strings.HasSuffix(name, ".localhost") }
	for file, next := range map[string]string{
		"":                  "",
		"etc/ufw/ufw.conf":  "sudo ufw allow 8443/tcp && sudo ufw allow 5353/udp",
		"run/firewalld.pid": "sudo firewall-cmd --add-port=8443/tcp --add-service=mdns",
		"etc/nftables.conf": "sudo nft insert rule inet filter input tcp dport 8443 accept",
	} {
		files := map[string]string{}
		if file != "" {
			files[file] = "# on\nENABLED=yes\n\t\ttype filter hook input priority 0; policy drop;\n"
		}
		gaps := tree(t, files).Obstacles("shop.localhost", 8443, signs)
		if len(gaps) == 0 || gaps[0].What != "HTTPS for shop.local" {
			t.Errorf("%s: nothing of the certificate: %+v", file, gaps)
		}
		var got limen.Gap
		if len(gaps) > 1 {
			got = gaps[1]
		}
		if got.Next != next {
			t.Errorf("%s: %+v; want %s", file, got, next)
		}
	}
	off := tree(t, map[string]string{"etc/ufw/ufw.conf": "ENABLED=no\n", "etc/nftables.conf": "chain forward { type filter hook forward priority 0; policy drop; }\n"})
	if gaps := off.Obstacles("shop.localhost", 8443, func(string) bool { return true }); len(gaps) > 0 {
		t.Errorf("nothing is in the way: %+v", gaps)
	}
}

func TestANameOfTheNetworkHasOneLabel(t *testing.T) {
	for name, want := range map[string]string{"shop.localhost": "shop", "api.shop.localhost": "api", "*.shop.localhost": "shop", "my_app.localhost": "my-app"} {
		if got := Label(name); got != want {
			t.Errorf("%s: %s; want %s", name, got, want)
		}
	}
}
