package view

import (
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

// two are numbers with every layer, and with foreign text in the official one.
func two() limen.Numbers {
	return limen.Numbers{Numbers: []limen.Number{
		{
			Port: 8008, Range: limen.UserRange, Source: "a list",
			Rules:      []limen.Evidence{{What: "User port", From: "RFC 6335"}},
			Here:       []limen.Evidence{{What: "Given to outgoing connections", From: "net.range is 8000-9000"}},
			Registered: []limen.Registration{{Name: "http-alt", Description: "HTTP Alternate", Transports: []string{"tcp", "udp"}}},
			Known: &limen.Known{
				Uses:       []limen.Use{{What: "Matrix, client API"}, {Transport: limen.UDP, What: "something else"}},
				Registrant: &limen.Registrant{Service: "http-alt", Name: "James Gettys", Year: 1999},
				Family:     "HTTP", Relatives: []uint16{80, 8080}, History: "Remembered by calculators.",
			},
		},
		{
			Port: 8009, Range: limen.UserRange,
			Registered: []limen.Registration{{Name: "nvme\x1b[31m", Description: "\u202eevil"}},
		},
	}}
}

func TestNumbersAreToldInEveryFormat(t *testing.T) {
	for _, f := range Formats {
		var one, both, none strings.Builder
		for w, n := range map[*strings.Builder]limen.Numbers{&both: two(), &none: {}, &one: {Numbers: two().Numbers[:1]}} {
			if err := Numbers(w, n, f, Options{}); err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
		}
		checkGolden(t, "number/one."+f.Name, one.String())
		checkGolden(t, "number/both."+f.Name, both.String())
		for _, s := range []string{one.String(), both.String()} {
			if strings.ContainsAny(s, "\x1b\u202e") {
				t.Errorf("%s lets foreign bytes through: %q", f.Name, s)
			}
		}
		if f.TellsGaps != (f.Name == "json" || f.Name == "ndjson") {
			t.Fatal("this test no longer knows the formats")
		}
		if f.Name == "table" && none.Len() > 0 {
			t.Errorf("nothing found was written as %q", none.String())
		}
	}
}

func TestANumberThatNobodyRegisteredSaysSo(t *testing.T) {
	for _, tt := range []struct {
		number limen.Number
		want   string
	}{
		{limen.Number{Port: 5999, Range: limen.UserRange}, "5999 is registered for nothing"},
		{limen.Number{Port: 62893, Range: limen.DynamicRange}, "62893 lies in the dynamic range (49152 to 65535), which nobody can register"},
	} {
		if got := numberHeadline(tt.number); got != tt.want {
			t.Errorf("%d: %q, want %q", tt.number.Port, got, tt.want)
		}
	}
}
