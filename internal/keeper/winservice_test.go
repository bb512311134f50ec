package keeper

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// served is a process whose parent is another, on a machine whose service
// manager knows these services.
func served(t *testing.T, pid int, parent string) []limen.Keeper {
	t.Helper()
	var f Finder
	f.services.of(struct{}{}, func() (services, bool) {
		return services{names: map[int][]string{10: {"Dhcp", "EventLog"}, 20: {"wrapper"}}}, true
	})
	within, gaps := f.Within(t.Context(), Subject{Process: limen.Process{
		ProcessID: limen.ProcessID{PID: pid},
		Ancestors: []limen.Ancestor{{ProcessID: limen.ProcessID{PID: 20}, Name: parent}},
	}})
	if len(gaps) > 0 {
		t.Errorf("process %d: gaps %v", pid, gaps)
	}
	return within
}

func TestServicesOfAProcessAndOfItsAncestorsKeepIt(t *testing.T) {
	for _, tt := range []struct {
		pid    int
		parent string
		want   []string
		next   string
	}{
		{20, "services", []string{"wrapper"}, "net stop wrapper"},
		{11, "wrapper", []string{"wrapper"}, "net stop wrapper"},
		{11, "svchost", nil, ""}, // which starts what anyone asks for
		{10, "svchost", []string{"Dhcp", "EventLog"}, ""},
	} {
		within := served(t, tt.pid, tt.parent)
		var got []string
		for _, k := range within {
			if k.Kind == limen.WinService {
				got = append(got, k.Name)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("process %d below %s (-want +got):\n%s", tt.pid, tt.parent, diff)
		}
		if next := Next(within); next != tt.next {
			t.Errorf("process %d below %s: the next move is %q; want %q", tt.pid, tt.parent, next, tt.next)
		}
	}
}

func TestServicesThatShareAProcessSaySo(t *testing.T) {
	const want = "process 10 runs Dhcp and EventLog, and the service manager does not say which of them a port belongs to"
	if within := served(t, 10, "services"); within[0].Evidence != want {
		t.Errorf("the evidence is %q", within[0].Evidence)
	}
}

func TestAServiceIsStoppedByTheShellsOwnWord(t *testing.T) {
	for name, want := range map[string]string{"Dhcp": "net stop Dhcp", "a b": "", "x&calc": "", "-f": ""} {
		if got := Stop(limen.Keeper{Kind: limen.WinService, Name: name}); got != want {
			t.Errorf("%q: %q; want %q", name, got, want)
		}
	}
}
