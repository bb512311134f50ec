package process

import "testing"

func TestARunThatHasEndedIsCalledByItsArguments(t *testing.T) {
	for _, test := range []struct {
		command []string
		thread  string
		want    string
	}{
		{[]string{"node", "server.js"}, "MainThread", "node server.js"},
		{[]string{"/usr/bin/nginx", "-g"}, "nginx", "nginx"},
		{nil, "a very long nam", "a very long nam"},
	} {
		if got := NameOfEnded(test.command, test.thread); got != test.want {
			t.Errorf("%q of thread %q is called %q, want %q", test.command, test.thread, got, test.want)
		}
	}
}
