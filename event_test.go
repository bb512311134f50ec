package limen_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// noon is when the second look was.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func socketOf(endpoint string, socket uint64, owners ...limen.ProcessID) limen.Listener {
	l := limen.Listener{Endpoint: limen.MustParseEndpoint(endpoint), State: limen.Listening, Reach: limen.Self, Socket: socket}
	for _, id := range owners {
		l.Owners = append(l.Owners, limen.Owner{Process: limen.Process{ProcessID: id}, Role: limen.Peer, Proof: limen.Proved})
	}
	return l
}

func TestDiffTellsWhatHappenedBetweenTwoLooks(t *testing.T) {
	a, b := limen.ProcessID{PID: 10, Birth: 1}, limen.ProcessID{PID: 11, Birth: 2}
	again := limen.ProcessID{PID: 10, Birth: 9}
	web := socketOf("tcp/127.0.0.1:3000", 7, a)
	elsewhere := web
	elsewhere.Namespace = 42
	for name, test := range map[string]struct {
		before, after []limen.Listener
		want          []limen.Event
	}{
		"nothing":           {nil, nil, nil},
		"the same":          {[]limen.Listener{web}, []limen.Listener{web}, nil},
		"opened":            {nil, []limen.Listener{web}, []limen.Event{{noon, limen.Opened, web}}},
		"closed":            {[]limen.Listener{web}, nil, []limen.Event{{noon, limen.Closed, web}}},
		"another socket":    {[]limen.Listener{web}, []limen.Listener{socketOf("tcp/127.0.0.1:3000", 8, b)}, []limen.Event{{noon, limen.Closed, web}, {noon, limen.Opened, socketOf("tcp/127.0.0.1:3000", 8, b)}}},
		"another namespace": {[]limen.Listener{web}, []limen.Listener{elsewhere}, []limen.Event{{noon, limen.Closed, web}, {noon, limen.Opened, elsewhere}}},
		"changed hands":     {[]limen.Listener{web}, []limen.Listener{socketOf("tcp/127.0.0.1:3000", 7, b)}, []limen.Event{{noon, limen.OwnerChanged, socketOf("tcp/127.0.0.1:3000", 7, b)}}},
		"a reused PID":      {[]limen.Listener{web}, []limen.Listener{socketOf("tcp/127.0.0.1:3000", 7, again)}, []limen.Event{{noon, limen.OwnerChanged, socketOf("tcp/127.0.0.1:3000", 7, again)}}},
		"a new worker":      {[]limen.Listener{web}, []limen.Listener{socketOf("tcp/127.0.0.1:3000", 7, a, b)}, nil},
		"an owner unseen":   {[]limen.Listener{web}, []limen.Listener{socketOf("tcp/127.0.0.1:3000", 7)}, nil},
		"an owner seen":     {[]limen.Listener{socketOf("tcp/127.0.0.1:3000", 7)}, []limen.Listener{web}, nil},
		"in order": {
			[]limen.Listener{socketOf("tcp/127.0.0.1:9", 1), socketOf("tcp/127.0.0.1:2", 2)},
			[]limen.Listener{socketOf("tcp/127.0.0.1:8", 3), socketOf("tcp/127.0.0.1:1", 4)},
			[]limen.Event{
				{noon, limen.Closed, socketOf("tcp/127.0.0.1:2", 2)}, {noon, limen.Closed, socketOf("tcp/127.0.0.1:9", 1)},
				{noon, limen.Opened, socketOf("tcp/127.0.0.1:1", 4)}, {noon, limen.Opened, socketOf("tcp/127.0.0.1:8", 3)},
			},
		},
	} {
		if diff := cmp.Diff(test.want, limen.Diff(test.before, test.after, noon), byValue); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
