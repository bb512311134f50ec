package host

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

// scouted lets a scout look at this very process until it has told enough.
func scouted(t *testing.T, told uint16, enough func([]string) bool, act func()) (all []string) {
	t.Helper()
	me, err := identifyPID(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	tell := func(line string) {
		if all = append(all, line); enough(all) {
			stop()
		}
	}
	s := scout{
		host: New(Config{}), glimpse: new(glimpse), told: told, worry: 50 * time.Millisecond,
		members: func(context.Context) ([]limen.ProcessID, error) { return []limen.ProcessID{me}, nil },
		tell: func(c limen.AppChange, o limen.Opening, why string) {
			tell(c.String() + " " + o.Endpoint.Addr.String() + " " + o.Part.String() + " " + why)
		},
		silent: func() { tell("silence") },
	}
	s.begin(ctx)
	act()
	s.watch(ctx)
	return all
}

func lines(n int) func([]string) bool { return func(all []string) bool { return len(all) >= n } }

func TestAScoutTellsWhatIsOpenedAndWhatAnswers(t *testing.T) {
	nettest.Enter(t)
	nettest.Listen(t, "tcp", "127.0.0.1:2999") // was there before
	got := scouted(t, 3000, lines(4), func() {
		nettest.Listen(t, "tcp", "127.0.0.1:3000")
		nettest.Listen(t, "tcp", "[::1]:3000", "v6only")
	})
	want := []string{
		"opened 127.0.0.1:3000 silent ", "opened [::1]:3000 silent ",
		"answered 127.0.0.1:3000 service ", "opened [::1]:3000 other ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}

func TestAScoutSaysThatNothingListens(t *testing.T) {
	nettest.Enter(t)
	if diff := cmp.Diff([]string{"silence"}, scouted(t, 3000, lines(1), func() {})); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}

func TestAScoutWaitsForThePortThatWasTold(t *testing.T) {
	nettest.Enter(t)
	isBoth := false
	got := scouted(t, 3000, func(all []string) bool {
		if !isBoth {
			isBoth = true
			nettest.Listen(t, "tcp", "127.0.0.1:3000")
		}
		return len(all) == 4
	}, func() { nettest.Listen(t, "tcp", "127.0.0.1:40001") })
	want := []string{
		"opened 127.0.0.1:40001 silent ", "opened 127.0.0.1:3000 silent ",
		"answered 127.0.0.1:3000 service ", "answered 127.0.0.1:40001 other ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}
