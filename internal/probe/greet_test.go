package probe

import (
	"path/filepath"
	"testing"
)

// recordedGreetings are what servers of each protocol say first.
func recordedGreetings(t *testing.T) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/*/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	greetings := map[string][]byte{}
	for _, file := range files {
		c := readConversation(t, file)
		if c.want != nil && len(c.turns[0]) > 0 && c.turns[0][0].says == '<' && c.probe(t).Greets != nil {
			greetings[file] = c.turns[0][0].saying
		}
	}
	if len(greetings) < 10 {
		t.Fatalf("only %d greetings are recorded", len(greetings))
	}
	return greetings
}

func TestAGreetingLeadsToItsProbeAlone(t *testing.T) {
	for file, said := range recordedGreetings(t) {
		name := filepath.Base(filepath.Dir(file))
		for _, p := range All {
			if p.Greets == nil || p.transport() != readConversation(t, file).transport() {
				continue
			}
			twoTwenty := (name == "ftp" || name == "smtp") && p.Name == "smtp" // whoever says 220 may speak SMTP; FTP is asked for first
			if greets := p.Greets(said); greets != (p.Name == name) && !(greets && twoTwenty) && !isBareSSH(name, said) {
				t.Errorf("%s: %s takes it for its greeting: %t", file, p.Name, greets)
			}
		}
	}
}

// isBareSSH reports whether said is an SSH greeting with lines before it, by
// which it cannot be known.
func isBareSSH(name string, said []byte) bool { return name == "ssh" && string(said[:4]) != "SSH-" }

func TestNothingGreetsWithNothing(t *testing.T) {
	for _, p := range All {
		for _, said := range []string{"", "\x00", "x", "HTTP/1.1 400 Bad Request\r\n", "\x15\x03\x01\x00\x02\x02\x16", "\xff\xff\xff\xff\xff\xff\xff\xff"} {
			if p.Greets != nil && p.Greets([]byte(said)) || p.Complains != nil && p.Complains([]byte(said)) {
				t.Errorf("%s takes %q for its own", p.Name, said)
			}
		}
	}
}

func TestAComplaintLeadsToItsProbe(t *testing.T) {
	for _, c := range []struct {
		probe Probe
		says  string
	}{
		{Memcached, "ERROR\r\n"},
		{Memcached, "CLIENT_ERROR unauthenticated\r\n"},
		{AMQP, "AMQP\x00\x00\x09\x01"},
		{AMQP, "AMQP\x03\x01\x00\x00"},
		{Redis, "-ERR unknown command 'GET'\r\n"},
	} {
		for _, p := range All {
			if complains := p.Complains != nil && p.Complains([]byte(c.says)); complains != (p.Name == c.probe.Name) {
				t.Errorf("%q: %s takes it for its complaint: %t", c.says, p.Name, complains)
			}
		}
	}
}
