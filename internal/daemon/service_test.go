package daemon

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestAUnitIsWhatSystemdReads(t *testing.T) {
	got := unit(`/opt/my "limen"/100%$x\y`, []string{"XDG_STATE_HOME=/var/state of $me"})
	want := `# written by limen daemon install; limen daemon install --remove removes it
[Unit]
Description=limen, which answers for the names of what listens here
Documentation=https://github.com/limenhq/limen

[Service]
Type=notify
ExecStart="/opt/my \"limen\"/100%%$$x\\y" daemon run
Environment="XDG_STATE_HOME=/var/state of $me"
Restart=on-failure
UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native

[Install]
WantedBy=default.target
`
	if got != want {
		t.Errorf("the unit is\n%s\nwant\n%s", got, want)
	}
}

func TestWhatIsWrittenForOtherSystemsIsXMLWithTheProgramInIt(t *testing.T) {
	const program = `/opt/<my> & "limen"`
	for name, text := range map[string]string{
		"agent": plist(program, []string{"XDG_STATE_HOME=/a&b"}), "task": task(program, `HOME\me & you`),
	} {
		var words []string
		d := xml.NewDecoder(strings.NewReader(text))
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if c, ok := token.(xml.CharData); ok {
				words = append(words, strings.TrimSpace(string(c)))
			}
		}
		if all := strings.Join(words, "|"); !strings.Contains(all, "|"+program+"|") || !strings.Contains(text, mark) {
			t.Errorf("%s says %q; want %q in it, and whose it is", name, all, program)
		}
	}
}

func FuzzEscapedIsTextInXML(f *testing.F) {
	f.Add(`<a> & "b"`)
	f.Fuzz(func(t *testing.T, s string) {
		if err := xml.Unmarshal([]byte("<a>"+escaped(s)+"</a>"), new(struct{})); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	})
}
