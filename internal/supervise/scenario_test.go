package supervise

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

const second = time.Second

// server is ready after a second, and takes one to end.
var server = role{ready: second, slow: second}

// after names dependencies.
func after(names ...string) (all []Dependency) {
	for _, n := range names {
		all = append(all, Dependency{Name: n})
	}
	return all
}

// A scenario is apps, what each run of them does, and every word that is told.
type scenario struct {
	name  string
	apps  []App
	roles map[string][]role
	act   func(director)
	want  string
	worst Status
}

// order is what depends on others, or ends by itself.
var order = []scenario{
	{
		name:  "one is started when the other is ready, and stopped before it",
		apps:  []App{{Name: "api", DependsOn: after("db")}, {Name: "db"}},
		roles: map[string][]role{"api": {server}, "db": {server}},
		act:   func(d director) { d.wait(10); d.end() },
		want: `
0s api waiting: waits for db to be ready
0s db starting
1s db ready
1s api starting
2s api ready
10s api stopping
11s api stopped: was asked to
11s db stopping
12s db stopped: was asked to`,
	}, {
		name:  "what depends on nothing is started and stopped at once",
		apps:  []App{{Name: "a"}, {Name: "b"}},
		roles: map[string][]role{"a": {server}, "b": {server}},
		act:   func(d director) { d.wait(2); d.end() },
		want: `
0s a starting
0s b starting
1s a ready
1s b ready
2s a stopping
2s b stopping
3s a stopped: was asked to
3s b stopped: was asked to`,
	}, {
		name:  "a task is done before the server starts, and is not done again",
		apps:  []App{{Name: "web", DependsOn: []Dependency{{"migrate", Ended}}, Restart: Never}, {Name: "migrate"}},
		roles: map[string][]role{"web": {{ready: second, ends: 2 * second, code: 4}}, "migrate": {{ends: 3 * second}}},
		want: `
0s web waiting: waits for migrate to end
0s migrate starting
3s migrate ended: has ended with exit code 0
3s web starting
4s web ready
5s web failed: has ended with exit code 4`,
		worst: Status{Code: 4},
	}, {
		name:  "what failed takes those with it that need it",
		apps:  []App{{Name: "web", DependsOn: after("api")}, {Name: "api", DependsOn: []Dependency{{"migrate", Ended}}}, {Name: "migrate", Restart: Never}},
		roles: map[string][]role{"web": {server}, "api": {server}, "migrate": {{ends: second, code: 3}}},
		want: `
0s web waiting: waits for api to be ready
0s api waiting: waits for migrate to end
0s migrate starting
1s migrate failed: has ended with exit code 3
1s api failed: is not started: migrate, which it depends on, has ended with exit code 3
1s web failed: is not started: api, which it depends on, is not started either`,
		worst: Status{Code: 3},
	}, {
		name:  "one that ends before it is ready is waited for by nobody",
		apps:  []App{{Name: "web", DependsOn: after("db")}, {Name: "db"}},
		roles: map[string][]role{"web": {server}, "db": {{ends: second}}},
		want: `
0s web waiting: waits for db to be ready
0s db starting
1s db ended: has ended with exit code 0
1s web failed: is not started: db, which it needs to be ready, has ended`,
	}, {
		name:  "what cannot be started the first time is not tried again",
		apps:  []App{{Name: "a"}, {Name: "b", DependsOn: []Dependency{{"a", Started}}}},
		roles: map[string][]role{"a": {{refuse: errors.New("no such program")}}, "b": {server}},
		want: `
0s a starting
0s b waiting: waits for a to run
0s a failed: could not be started: no such program
0s b failed: is not started: a, which it depends on, could not be started: no such program`,
		worst: Status{Code: 126},
	}, {
		name:  "one that takes long is told of, and who waits for it",
		apps:  []App{{Name: "web", DependsOn: after("a")}, {Name: "a", ReadyTimeout: 5 * second}},
		roles: map[string][]role{"web": {server}, "a": {{ready: 7 * second}}},
		act:   func(d director) { d.wait(9); d.end() },
		want: `
0s web waiting: waits for a to be ready
0s a starting
5s a starting: is not ready after 5 s, and is waited for by web
7s a ready
7s web starting
8s web ready
9s web stopping
10s web stopped: was asked to
10s a stopping
10s a stopped: was asked to`,
	},
}

// deathsTold is what dies and is started again.
var deathsTold = []scenario{
	{
		name:  "a crash is started again, ever more rarely, called a loop, and told to who depends on it",
		apps:  []App{{Name: "web", DependsOn: []Dependency{{"a", Started}}}, {Name: "a"}},
		roles: map[string][]role{"a": {{ends: second, code: 1}}, "web": {server}},
		act:   func(d director) { d.wait(12); d.end() },
		want: `
0s web waiting: waits for a to run
0s a starting
0s web starting
1s web ready
1s a restarting: has ended with exit code 1; is started again in 0.1 s
1.1s a starting
2.1s a restarting: has ended with exit code 1; is started again in 0.2 s
2.3s a starting
3.3s a restarting: has ended with exit code 1; is started again in 0.4 s
3.7s a starting
4.7s a restarting: has ended with exit code 1; is started again in 0.8 s
5.5s a starting
6.5s a looping: has crashed 5 times in 6 s, each time with exit code 1; is started again in 2 s
6.5s web ready: depends on a, which has crashed 5 times in 6 s, each time with exit code 1; is started again in 2 s
8.1s a starting
9.1s a looping: has crashed 6 times in 9 s, each time with exit code 1; is started again in 3 s
12s web stopping
12s a stopped: was not started any more
13s web stopped: was asked to`,
		worst: Status{Code: 1},
	}, {
		name:  "one that has run well begins anew",
		apps:  []App{{Name: "a"}},
		roles: map[string][]role{"a": {{ends: second, code: 1}, {ends: 40 * second, code: 1}, server}},
		act:   func(d director) { d.wait(43); d.end() },
		want: `
0s a starting
1s a restarting: has ended with exit code 1; is started again in 0.1 s
1.1s a starting
41.1s a restarting: has ended with exit code 1; is started again in 0.1 s
41.2s a starting
42.2s a ready
43s a stopping
44s a stopped: was asked to`,
	}, {
		name:  "one that always runs is started again when it ends well, and that is no crash",
		apps:  []App{{Name: "a", Restart: Always}},
		roles: map[string][]role{"a": {{ends: second}, {ends: second, code: 2}, {ends: second}}},
		act:   func(d director) { d.wait(7); d.end() },
		want: `
0s a starting
1s a restarting: has ended with exit code 0; is started again in 0.1 s
1.1s a starting
2.1s a restarting: has ended with exit code 2; is started again in 0.2 s
2.3s a starting
3.3s a restarting: has ended with exit code 0; is started again in 0.4 s
3.7s a starting
4.7s a restarting: has ended with exit code 0; is started again in 0.8 s
5.5s a starting
6.5s a looping: has ended 5 times in 6 s, the last time with exit code 0; is started again in 2 s
7s a stopped: was not started any more`,
	}, {
		name:  "one that is given up takes those with it that wait for it",
		apps:  []App{{Name: "a", GiveUp: 2}, {Name: "b", DependsOn: after("a")}},
		roles: map[string][]role{"a": {{ends: second, code: 1}}, "b": {server}},
		want: `
0s a starting
0s b waiting: waits for a to be ready
1s a restarting: has ended with exit code 1; is started again in 0.1 s
1.1s a starting
2.1s a failed: has ended with exit code 1; it is given up
2.1s b failed: is not started: a, which it depends on, has ended with exit code 1; it is given up`,
		worst: Status{Code: 1},
	}, {
		name:  "one that has run and cannot be started now is perhaps being built",
		apps:  []App{{Name: "a"}},
		roles: map[string][]role{"a": {{ends: second, code: 1}, {refuse: errors.New("text file busy")}, server}},
		act:   func(d director) { d.wait(9); d.end() },
		want: `
0s a starting
1s a restarting: has ended with exit code 1; is started again in 0.1 s
1.1s a starting
1.1s a restarting: has ended because it could not be started: text file busy; is started again in 0.2 s
1.3s a starting
2.3s a ready
9s a stopping
10s a stopped: was asked to`,
	},
}

// wishes is what somebody asks for.
var wishes = []scenario{
	{
		name:  "a second wish to end kills",
		apps:  []App{{Name: "a"}, {Name: "b", DependsOn: after("a")}},
		roles: map[string][]role{"a": {{ready: second, slow: time.Hour}}, "b": {{ready: second, slow: time.Hour}}},
		act:   func(d director) { d.wait(3); d.end(); d.wait(2); d.Kill(); d.Kill() },
		want: `
0s a starting
0s b waiting: waits for a to be ready
1s a ready
1s b starting
2s b ready
3s b stopping
5s a stopping
5s a stopped: was asked to
5s b stopped: was asked to`,
	}, {
		name:  "a restart waits until the old run is gone",
		apps:  []App{{Name: "a"}, {Name: "b", DependsOn: after("a")}},
		roles: map[string][]role{"a": {server}, "b": {server}},
		act:   func(d director) { d.wait(3); d.ask(d.RestartApp, "a"); d.wait(3); d.end() },
		want: `
0s a starting
0s b waiting: waits for a to be ready
1s a ready
1s b starting
2s b ready
3s a stopping
4s a restarting: was asked to
4s a starting
5s a ready
6s b stopping
7s b stopped: was asked to
7s a stopping
8s a stopped: was asked to`,
	}, {
		name:  "one that is stopped stays so until it is started",
		apps:  []App{{Name: "a"}, {Name: "b"}},
		roles: map[string][]role{"a": {server}, "b": {server}},
		act: func(d director) {
			d.wait(2)
			d.ask(d.StopApp, "a")
			d.wait(6)
			d.ask(d.StartApp, "a")
			d.wait(2)
			d.end()
		},
		want: `
0s a starting
0s b starting
1s a ready
1s b ready
2s a stopping
3s a stopped: was asked to
8s a starting
9s a ready
10s a stopping
10s b stopping
11s a stopped: was asked to
11s b stopped: was asked to`,
	}, {
		name:  "starting one starts what it depends on",
		apps:  []App{{Name: "db"}, {Name: "web", DependsOn: after("db")}, {Name: "x"}},
		roles: map[string][]role{"db": {server}, "web": {server}, "x": {server}},
		act: func(d director) {
			d.wait(3)
			d.ask(d.StopApp, "web")
			d.ask(d.StopApp, "db")
			d.wait(5)
			d.ask(d.StartApp, "web")
			d.wait(4)
			d.Kill()
		},
		want: `
0s db starting
0s web waiting: waits for db to be ready
0s x starting
1s db ready
1s web starting
1s x ready
2s web ready
3s db stopping
3s web stopping
4s db stopped: was asked to
4s web stopped: was asked to
8s db starting
8s web waiting: waits for db to be ready
9s db ready
9s web starting
10s web ready
12s db stopped: was asked to
12s db stopping
12s web stopped: was asked to
12s web stopping
12s x stopped: was asked to
12s x stopping`,
	}, {
		name:  "those that were not started for its sake come back with it",
		apps:  []App{{Name: "web", DependsOn: after("db")}, {Name: "db", Restart: Never}, {Name: "x"}},
		roles: map[string][]role{"web": {server}, "db": {{ends: second, code: 1}, server}, "x": {server}},
		act:   func(d director) { d.wait(5); d.ask(d.RestartApp, "db"); d.wait(5); d.end() },
		want: `
0s web waiting: waits for db to be ready
0s db starting
0s x starting
1s db failed: has ended with exit code 1
1s web failed: is not started: db, which it depends on, has ended with exit code 1
1s x ready
5s web waiting: waits for db to be ready
5s db starting
6s db ready
6s web starting
7s web ready
10s web stopping
10s x stopping
11s web stopped: was asked to
11s db stopping
11s x stopped: was asked to
12s db stopped: was asked to`,
	}, {
		name:  "one that cannot be stopped holds nobody up",
		apps:  []App{{Name: "a"}, {Name: "b"}},
		roles: map[string][]role{"a": {{ready: second, ends: time.Minute, stuck: errors.New("pid 7 goes on")}}, "b": {server}},
		act:   func(d director) { d.wait(2); d.end() },
		want: `
0s a starting
0s b starting
1s a ready
1s b ready
2s a stopping
2s b stopping
2s a failed: could not be stopped: pid 7 goes on
3s b stopped: was asked to`,
		worst: Status{Code: 1},
	}, {
		name:  "one that takes an hour to start holds nobody up",
		apps:  []App{{Name: "a"}, {Name: "b"}},
		roles: map[string][]role{"a": {{starts: time.Hour}}, "b": {server}},
		act:   func(d director) { d.wait(2); d.Kill() },
		want: `
0s a starting
0s b starting
1s b ready
2s a stopping
2s b stopping
2s a stopped: was asked to
2s b stopped: was asked to`,
	}, {
		name:  "who is killed does not wait for those that depend on it",
		apps:  []App{{Name: "db"}, {Name: "web", DependsOn: after("db")}},
		roles: map[string][]role{"db": {server}, "web": {{starts: 10 * second, deaf: true}}},
		act:   func(d director) { d.wait(3); d.Kill() },
		want: `
0s db starting
0s web waiting: waits for db to be ready
1s db ready
1s web starting
3s db stopped: was asked to
3s db stopping
3s web stopping
11s web stopped: was asked to`,
	}, {
		name:  "the deaths of one that is restarted are forgotten",
		apps:  []App{{Name: "a"}},
		roles: map[string][]role{"a": {{ends: second, code: 1}}},
		act:   func(d director) { d.wait(3.5); d.ask(d.RestartApp, "a"); d.wait(1.05); d.end() },
		want: `
0s a starting
1s a restarting: has ended with exit code 1; is started again in 0.1 s
1.1s a starting
2.1s a restarting: has ended with exit code 1; is started again in 0.2 s
2.3s a starting
3.3s a restarting: has ended with exit code 1; is started again in 0.4 s
3.5s a starting
4.5s a restarting: has ended with exit code 1; is started again in 0.1 s
4.55s a stopped: was not started any more`,
		worst: Status{Code: 1},
	}, {
		name:  "one that has started although it was not wanted any more is ended",
		apps:  []App{{Name: "a"}},
		roles: map[string][]role{"a": {{starts: 5 * second, deaf: true, slow: second}}},
		act:   func(d director) { d.wait(2); d.end() },
		want: `
0s a starting
2s a stopping
6s a stopped: was asked to`,
	},
}

func TestAppsComeAndGoInTheRightOrder(t *testing.T)     { enact(t, order) }
func TestWhatDiesIsStartedAgainMoreRarely(t *testing.T) { enact(t, deathsTold) }
func TestWhatIsAskedForIsDone(t *testing.T)             { enact(t, wishes) }

func enact(t *testing.T, all []scenario) {
	for _, c := range all {
		t.Run(c.name, func(t *testing.T) {
			said, worst := perform(t, c.apps, c.roles, c.act)
			want := strings.Split(strings.TrimPrefix(c.want, "\n"), "\n")
			// What happens to several in one moment has no order.
			slices.Sort(said)
			slices.Sort(want)
			check(t, want, said)
			check(t, c.worst, worst)
		})
	}
}
