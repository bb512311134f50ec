package view

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	"github.com/limenhq/limen"
)

// span says how long in one unit, as people do: "42s", "5m", "3h", "12d", "2y".
func span(d time.Duration) string {
	const day = 24 * time.Hour
	for _, u := range []struct {
		below, unit time.Duration
		name        string
	}{
		{0, time.Second, ""}, // a clock that was set back
		{2 * time.Minute, time.Second, "s"},
		{2 * time.Hour, time.Minute, "m"},
		{2 * day, time.Hour, "h"},
		{2 * 365 * day, day, "d"},
	} {
		switch {
		case d >= u.below:
		case u.name == "":
			return "0s"
		default:
			return strconv.Itoa(int(d/u.unit)) + u.name
		}
	}
	return strconv.Itoa(int(d/(365*day))) + "y"
}

// size writes bytes with three figures, in powers of 1024 (IEC 80000-13).
func size(n uint64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	v, i := float64(n), 0
	for ; v >= 1024 && i < len(units)-1; i++ {
		v /= 1024
	}
	if v >= 100 || i == 0 {
		return fmt.Sprintf("%.0f %s", v, units[i])
	}
	return fmt.Sprintf("%.3g %s", v, units[i])
}

// used adds up what all owners of a row use. It reports false if nobody
// asked, or nobody may know.
func used(r row) (sum limen.Usage, ok bool) {
	for _, o := range r.owners {
		if u := o.Process.Usage; u != nil {
			sum.Share += u.Share
			sum.Memory += u.Memory
			ok = true
		}
	}
	return sum, ok
}

func cpuCell(r row, f form) string {
	u, ok := used(r)
	switch {
	case !ok:
		return ""
	case f.data:
		return strconv.FormatFloat(u.Share, 'f', 4, 64)
	}
	return fmt.Sprintf("%.1f%%", u.Share*100)
}

func memoryCell(r row, f form) string {
	u, ok := used(r)
	switch {
	case !ok:
		return ""
	case f.data:
		return strconv.FormatUint(u.Memory, 10)
	}
	return size(u.Memory)
}

func byCPU(a, b row) int {
	x, _ := used(a)
	y, _ := used(b)
	return cmp.Compare(x.Share, y.Share)
}

func byMemory(a, b row) int {
	x, _ := used(a)
	y, _ := used(b)
	return cmp.Compare(x.Memory, y.Memory)
}

// startedCell is a moment and never a distance from now, so that a script
// reads the same tomorrow.
func startedCell(r row, _ form) string {
	p := r.first()
	if p == nil || p.Started.IsZero() {
		return ""
	}
	return p.Started.UTC().Format(time.RFC3339)
}

func byStart(a, b row) int {
	var x, y time.Time
	if p := a.first(); p != nil {
		x = p.Started
	}
	if p := b.first(); p != nil {
		y = p.Started
	}
	return x.Compare(y)
}

// upCell is how long the first owner runs, at the moment of the snapshot.
func upCell(r row, f form) string {
	p := r.first()
	switch {
	case p == nil || p.Started.IsZero() || f.now.IsZero():
		return ""
	case f.data:
		return strconv.FormatInt(int64(f.now.Sub(p.Started)/time.Second), 10)
	}
	return span(f.now.Sub(p.Started))
}
