package run

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestAnEnvironmentIsMadeOfWhatIsGivenAndTheToken(t *testing.T) {
	for _, c := range []struct {
		name    string
		given   []string
		sockets []Socket
		want    []string
	}{
		{"nothing", nil, nil, []string{"LIMEN_RUN=me:"}},
		{"the last of a name counts", []string{"A=1", "B=2", "A=3"}, nil, []string{"B=2", "A=3", "LIMEN_RUN=me:"}},
		{"what is no variable stays", []string{"odd", "=C:=x", "=D:=x"}, nil, []string{"odd", "=C:=x", "=D:=x", "LIMEN_RUN=me:"}},
		{"tokens of outer runs stay", []string{"LIMEN_RUN=outer:"}, nil, []string{"LIMEN_RUN=outer:me:"}},
		{"what cannot be tokens does not", []string{"LIMEN_RUN=" + strings.Repeat("x", 300)}, nil, []string{"LIMEN_RUN=me:"}},
		{"what was for us does not", []string{"LISTEN_FDS=1", "LISTEN_PID=2", "LISTEN_FDNAMES=a", "LISTEN_PIDFDID=3", "LIMEN_GUARD=5s", "LIMEN_SHIM=/x"}, nil, []string{"LIMEN_RUN=me:"}},
		{"sockets", []string{"LISTEN_FDS=9"}, []Socket{{Name: "http"}, {}}, []string{"LIMEN_RUN=me:", "LISTEN_FDS=2", "LISTEN_FDNAMES=http:unknown"}},
	} {
		if got := (Program{Environment: c.given, Sockets: c.sockets}).environment("me"); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q; want %q", c.name, got, c.want)
		}
	}
}

func TestWhatNoSystemCouldStartIsRefused(t *testing.T) {
	fine := Program{Arguments: []string{"x"}, Sockets: []Socket{{os.Stdin, "a"}}}
	if err := fine.check(); err != nil {
		t.Error(err)
	}
	for name, p := range map[string]Program{
		"nothing":                {},
		"no name":                {Arguments: []string{"", "x"}},
		"a zero byte":            {Arguments: []string{"x", "a\x00"}},
		"one in the directory":   {Arguments: []string{"x"}, Directory: "\x00"},
		"one in the environment": {Arguments: []string{"x"}, Environment: []string{"A=\x00"}},
		"a closed socket":        {Arguments: []string{"x"}, Sockets: []Socket{{}}},
		"a colon in a name":      {Arguments: []string{"x"}, Sockets: []Socket{{os.Stdin, "a:b"}}},
		"too many sockets":       {Arguments: []string{"x"}, Sockets: slices.Repeat([]Socket{{os.Stdin, "a"}}, 251)},
	} {
		if p.check() == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
