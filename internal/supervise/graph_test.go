package supervise

import (
	"errors"
	"testing"
)

func TestAppsThatCannotBeArrangedAreRefused(t *testing.T) {
	for _, c := range []struct {
		apps []App
		want string
	}{
		{[]App{{}}, "an app has no name"},
		{[]App{{Name: "a"}, {Name: "a"}}, `two apps are called "a"`},
		{[]App{{Name: "a", DependsOn: after("b")}}, `"a" depends on "b", which is no app`},
		{[]App{{Name: "a", DependsOn: []Dependency{{"b", 9}}}, {Name: "b"}}, `"a" depends on "b" until Until(9), which is no condition`},
		{[]App{{Name: "a", Restart: 9}}, `"a" is to be started again Restart(9), which is no rule`},
		{[]App{{Name: "a", DependsOn: []Dependency{{"b", Ended}}}, {Name: "b", Restart: Always}}, `"a" waits for "b" to end, which is always started again`},
		{[]App{{Name: "a", DependsOn: after("a")}}, "each waits for the next, so that none could start: a, a"},
		{
			[]App{{Name: "x", DependsOn: after("a")}, {Name: "a", DependsOn: after("b")}, {Name: "b", DependsOn: after("c")}, {Name: "c", DependsOn: after("a")}},
			"each waits for the next, so that none could start: a, b, c, a",
		},
	} {
		_, err := (&Supervisor{Apps: c.apps}).Run(t.Context(), nil)
		if err == nil || err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

func TestACycleNamesItsApps(t *testing.T) {
	_, err := (&Supervisor{Apps: []App{{Name: "a", DependsOn: after("b")}, {Name: "b", DependsOn: after("a")}}}).Run(t.Context(), nil)
	var cycle *CycleError
	if !errors.As(err, &cycle) {
		t.Fatal(err)
	}
	check(t, []string{"a", "b", "a"}, cycle.Names)
}
