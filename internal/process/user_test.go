package process

import (
	"maps"
	"strings"
	"testing"
)

func TestParsePasswdSkipsOddLines(t *testing.T) {
	const list = `root:x:0:0:root:/root:/bin/bash
toor:x:0:0:another name of root:/root:/bin/sh
# comment:x:1:1::/:/bin/sh
+::::::
+@netgroup
short:x:2
:x:3:3::/:/bin/sh
negative:x:-1:-1::/:/bin/sh
huge:x:4294967296:1::/:/bin/sh
dos:x:4:4::/:/bin/sh` + "\r\n" + `
last:x:4294967295:5::/:/bin/sh`
	want := map[uint32]string{0: "root", 4: "dos", 4294967295: "last"}
	if got := parsePasswd(list); !maps.Equal(got, want) {
		t.Errorf("%v; want %v", got, want)
	}
}

func FuzzParsePasswd(f *testing.F) {
	f.Add("root:x:0:0:root:/root:/bin/bash\n+::::::\n")
	f.Fuzz(func(t *testing.T, s string) {
		for uid, name := range parsePasswd(s) {
			if name == "" || strings.ContainsAny(name, ":\n") {
				t.Errorf("%q: user %d is called %q", s, uid, name)
			}
		}
	})
}
