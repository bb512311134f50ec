package supervise

import (
	"fmt"
	"time"
)

const (
	firstPause = 100 * time.Millisecond // before an app is started again
	mostPause  = 30 * time.Second       // it doubles up to here
	jitterPart = 0.2                    // of the pause is left to chance, lest many apps that died together come back together

	wellTime   = 30 * time.Second // an app that ran for so long has run well, whatever came then
	loopDeaths = 5                // so many deaths in a row, none after a good run, are called a loop
)

// deaths are those of an app that followed each other, with no good run between.
type deaths struct {
	count  int
	first  time.Time
	manner string // of the last one: "with exit code 1"
	alike  bool   // all were of that manner
	bad    bool   // the last one was no success
}

// add counts a death at now, of an app that had run for a while.
func (d *deaths) add(now time.Time, ran time.Duration, manner string, bad bool) {
	if ran >= wellTime {
		*d = deaths{}
	}
	d.alike = d.count == 0 || d.alike && manner == d.manner
	if d.count == 0 {
		d.first = now.Add(-ran)
	}
	d.count++
	d.manner, d.bad = manner, bad
}

func (d *deaths) isLoop() bool { return d.count >= loopDeaths }

// pause returns how long to wait until the next start.
func (d *deaths) pause(jitter float64) time.Duration {
	pause := mostPause
	if d.count <= 8 { // later, it would be more than the most
		pause = firstPause << (d.count - 1)
	}
	return pause - time.Duration(jitterPart*jitter*float64(pause))
}

// say tells of the deaths so that an app's name can stand before it.
func (d *deaths) say(now time.Time) string {
	if d.count < loopDeaths {
		return "has ended " + d.manner
	}
	verb := "crashed"
	if !d.bad {
		verb = "ended"
	}
	each := "each time"
	if !d.alike {
		each = "the last time"
	}
	return fmt.Sprintf("has %s %d times in %s, %s %s", verb, d.count, inWords(now.Sub(d.first)), each, d.manner)
}

// inWords writes a duration as people say it: 0.2 s, 12 s, 5 min.
func inWords(d time.Duration) string {
	switch {
	case d < 950*time.Millisecond:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	return fmt.Sprintf("%.0f min", d.Minutes())
}
