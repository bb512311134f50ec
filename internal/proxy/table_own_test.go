package proxy

import "testing"

func TestARouteForThisMachineIsForNoNameOfOthers(t *testing.T) {
	routes := routesOf(t, "*", "shop.test")
	for host, want := range map[string]int{
		"127.0.0.1:41234": 0, "127.9.9.9": 0, "[::1]:41234": 0, "[::1]": 0, "[::ffff:127.0.0.1]": 0,
		"localhost": 0, "LocalHost.:41234": 0, "shop.localhost:41234": 0, "a.b.LOCALHOST": 0, "": 0,
		"shop.test:41234": 1,
		"evil.example":    -1, "localhost.evil.example": -1, "evillocalhost": -1, "127.0.0.1.evil.example": -1, "127.0.0.1:80:80": -1,
		"192.168.1.7": -1, "0.0.0.0": -1, "[::]": -1, "[fe80::1%25eth0]": -1, "[::1": -1, "::1": -1, "2130706433": -1, "0x7f.1": -1, "user@localhost": -1, "localhost:x": -1,
	} {
		if got := lookedUp(routes, host, "/", nil); got != want {
			t.Errorf("%q means %d, want %d", host, got, want)
		}
	}
	if got := lookedUp(routesOf(t, "shop.test"), "localhost", "/", nil); got != -1 {
		t.Errorf("without such a route, localhost means %d", got)
	}
}
