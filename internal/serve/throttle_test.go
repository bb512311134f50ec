package serve

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestAPaceIsReadAsItIsTyped(t *testing.T) {
	for word, want := range map[string]pace{
		"3g": {200_000, 300 * time.Millisecond}, "SLOW-3G": {50_000, 400 * time.Millisecond}, "100kB": {100_000, 0}, "100kB/s@300ms": {100_000, 300 * time.Millisecond},
		"1.6mbit": {200_000, 0}, "@2s": {0, 2 * time.Second}, "4g@1s": {1_125_000, time.Second}, "500b": {500, 0},
	} {
		if got, err := parsePace(word); err != nil || got != want {
			t.Errorf("parsePace(%q) = %v, %v; want %v", word, got, err, want)
		}
	}
	for _, word := range []string{"", "fast", "1", "0kB", "-1kB", "1e30mb", "NaNkb", "Infkb", "3g@", "3g@-1s", "3g@2m", "@x"} {
		if got, err := parsePace(word); err == nil {
			t.Errorf("parsePace(%q) = %v", word, got)
		}
	}
}

// All connections of a device share its line, and no other device waits for it.
func TestADeviceWaitsForWhatItBookedItself(t *testing.T) {
	now := time.Unix(1000, 0)
	th, err := parseThrottle([]string{"1kB", "192.0.2.7=2kB"}, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	phone, p := th.of("192.0.2.7:1000")
	laptop, l := th.of("[2001:db8::1%eth0]:1000")
	if p.rate != 2000 || l.rate != 1000 || phone != netip.MustParseAddr("192.0.2.7") {
		t.Fatalf("%v %v, %v %v", phone, p, laptop, l)
	}
	for i, step := range []struct {
		who  netip.Addr
		rate int64
		n    int
		want time.Duration
	}{{phone, 2000, 1000, 500 * time.Millisecond}, {phone, 2000, 1000, time.Second}, {laptop, 1000, 100, 100 * time.Millisecond}, {phone, 2000, 2000, 2 * time.Second}} {
		if got := th.take(step.who, step.rate, step.n); got != step.want {
			t.Errorf("step %d waits %v; want %v", i, got, step.want)
		}
	}
	now = now.Add(time.Hour)
	if got := th.take(phone, 2000, 2000); got != time.Second {
		t.Errorf("after an hour it waits %v: what nobody used is not saved up", got)
	}
	for i := range 3 * mostLines {
		th.take(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 1000, 1)
		now = now.Add(time.Second)
	}
	if len(th.lines) > mostLines {
		t.Errorf("%d devices are remembered", len(th.lines))
	}
}

func TestASlowAnswerIsAWholeOne(t *testing.T) {
	text := strings.Repeat("limen\n", 20_000)
	w := serveWorld(t, Config{Throttle: []string{"1MB@1ms"}}, map[string]string{"a.txt": text})
	if answer, got := w.ask("GET", "/a.txt", ""); got != text || answer.ContentLength != int64(len(text)) {
		t.Errorf("%d bytes of %d, said to be %d", len(got), len(text), answer.ContentLength)
	}
}

func TestWhatIsNoPaceIsRefused(t *testing.T) {
	for _, typed := range []string{"x", "phone=3g", "192.0.2.1=", "192.0.2.1/24=3g"} {
		if s, err := New(Config{Root: t.TempDir(), Throttle: []string{typed}}); err == nil || !strings.Contains(err.Error(), "slow-3g") {
			s.Close()
			t.Errorf("%q: %v", typed, err)
		}
	}
}

func FuzzParsePace(f *testing.F) {
	f.Add("100kB@300ms")
	f.Fuzz(func(t *testing.T, word string) {
		p, err := parsePace(word)
		if err == nil && (p.rate != 0 && p.rate < leastRate || p.latency < 0 || p.latency > mostLatency) {
			t.Fatalf("parsePace(%q) = %v", word, p)
		}
	})
}
