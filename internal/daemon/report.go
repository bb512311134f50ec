package daemon

import (
	"encoding/json"
	"errors"
	"os"
	"sync"

	"github.com/limenhq/limen"
)

// A report is the line from a daemon to the limen that has started it: its
// standard output, with one word after another. A nil report goes nowhere.
type report struct {
	mu  sync.Mutex // guards that one word is written after the other
	out *os.File
}

// A word is one thing that a daemon reports. One field is set.
type word struct {
	Ready   *limen.Standing `json:"ready,omitempty"`
	Failed  *limen.Error    `json:"failed,omitempty"`
	Retired bool            `json:"retired,omitempty"` // so whoever it has succeeded is not needed either
}

// reportKey is a variable that has a daemon report.
const reportKey = "LIMEN_DAEMON_REPORT"

// reporting returns the report of this process, if it was started to give one.
func (c Config) reporting() *report {
	if c.getenv(reportKey) == "" {
		return nil
	}
	os.Unsetenv(reportKey) // what it starts itself reports to nobody
	return &report{out: os.Stdout}
}

func (r *report) say(w word) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_ = json.NewEncoder(r.out).Encode(w) // whoever has listened may have ended
}

// ready reports that the daemon answers. It returns whether anybody listens.
func (r *report) ready(s limen.Standing) bool {
	if r == nil {
		return false
	}
	r.say(word{Ready: &s})
	return true
}

// failed reports why there is no daemon. It returns whether anybody listens.
func (r *report) failed(err error) bool {
	if r == nil || err == nil {
		return false
	}
	var known *limen.Error
	if !errors.As(err, &known) {
		known = &limen.Error{What: "cannot run the daemon", Why: err.Error()}
	}
	r.say(word{Failed: known})
	return true
}

func (r *report) retired() {
	if r != nil {
		r.say(word{Retired: true})
	}
}

// isHeard reports whether somebody listens still: what is between two words is
// nothing.
func (r *report) isHeard() bool {
	if r == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	_, err := r.out.Write([]byte("\n"))
	return err == nil
}
