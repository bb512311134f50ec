package view

import (
	"strings"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

// waits are the ways in which waiting ends, with foreign text in each.
func waits() map[string]limen.Waited {
	port := limen.Goal{State: limen.GoalReady, Port: 3000}
	free := limen.Goal{State: limen.GoalFree, Port: 3000}
	page := limen.Goal{State: limen.GoalReady, URL: "http://localhost/x"}
	status := 1
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	return map[string]limen.Waited{
		"ready": {
			Machine: "desk", Time: at, Outcome: limen.OutcomeReady, Took: 1_234_567_890,
			Goals: []limen.Awaited{
				{Goal: port, Reached: true, After: 12_345_678, Saw: "127.0.0.1:3000 answers"},
				{Goal: page, Reached: true, After: 1_234_567_890, Saw: "it answers 200 \x1b[31mOK"},
			},
		},
		"timeout": {
			Machine: "desk", Time: at, Outcome: limen.OutcomeTimeout, Took: time.Second,
			Goals: []limen.Awaited{
				{Goal: port, Reached: true, After: time.Millisecond, Saw: "127.0.0.1:3000 answers"},
				{Goal: page, Saw: "it answers 503 \u202eno"}, {Goal: free, Saw: "binding ::1: address already in use"},
			},
			Why: "1s was over before", Next: "limen why 3000",
		},
		"pointless": {
			Machine: "desk", Time: at, Outcome: limen.OutcomePointless, Took: time.Second,
			Goals: []limen.Awaited{{Goal: port, Saw: "connection refused"}},
			Why:   "pid 4242 has ended, with exit status 1",
			Ended: &limen.Ended{ProcessID: limen.ProcessID{PID: 4242, Birth: 7}, Status: &status, Lines: []string{"error \x1b]0;x\a", "=1+1"}},
			Gaps:  []limen.Gap{{What: "something", Why: "a reason"}},
		},
	}
}

func TestWaitingIsToldInEveryFormat(t *testing.T) {
	for name, r := range waits() {
		for _, f := range Formats {
			var b strings.Builder
			if err := Waited(&b, r, f, Options{}); err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			checkGolden(t, "waited/"+name+"."+f.Name, b.String())
			if strings.ContainsAny(b.String(), "\x1b\a\u202e") {
				t.Errorf("%s as %s lets foreign bytes through: %q", name, f.Name, b.String())
			}
		}
	}
}
