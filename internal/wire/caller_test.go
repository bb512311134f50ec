package wire

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/limenhq/limen/internal/nettest"
)

// nobody is a user who is neither root nor whoever runs the tests.
const nobody = 65534

func TestTheOtherEndIsKnown(t *testing.T) {
	socket := filepath.Join(directory(t), "s")
	l, err := net.Listen("unix", socket)
	must(t, err)
	defer l.Close()
	c := raw(t, socket)
	got, err := peer(c)
	if err != nil || got.UID != os.Geteuid() || got.PID != 0 && got.PID != os.Getpid() {
		t.Errorf("the other end is %+v, %v", got, err)
	}
}

func TestRootAndTheSameUserMayAsk(t *testing.T) {
	for uid, want := range map[int]bool{os.Geteuid(): true, 0: true, os.Geteuid() + 1: false} {
		if got := (Caller{UID: uid}).isOurs(); got != want {
			t.Errorf("user %d may ask: %v; want %v", uid, got, want)
		}
	}
}

func TestAnotherUserCannotReachTheSocket(t *testing.T) {
	nettest.NeedRoot(t)
	socket := served(t, handle(everything, nil))
	p := start(t, "ask", socket, nobody)
	if said := p.line(t); !strings.Contains(said, "it is another user's") {
		t.Errorf("another user heard %q", said)
	}
}

func TestAnotherUserWhoReachesTheSocketIsRefused(t *testing.T) {
	nettest.NeedRoot(t)
	socket := served(t, handle(everything, nil))
	must(t, os.Chmod(filepath.Dir(socket), 0o755)) // as if somebody had opened it by mistake
	must(t, os.Chmod(socket, 0o666))
	p := start(t, "ask", socket, nobody)
	// Whoever asks looks first: to that user, root is as good as themselves.
	if said := p.line(t); !strings.Contains(said, "cannot ask this limen: it runs as user 0, and answers nobody else; you are user 65534") {
		t.Errorf("another user heard %q", said)
	}
}

func TestASocketThatAnotherUserHasPutThereIsNotAsked(t *testing.T) {
	nettest.NeedRoot(t)
	dir := directory(t)
	must(t, os.Chown(dir, nobody, nobody))
	socket := filepath.Join(dir, "s")
	p := start(t, "serve", socket, nobody)
	if said := p.line(t); said != "ready" {
		t.Fatal(said)
	}
	c, err := Dial(t.Context(), socket)
	if err == nil {
		c.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "another user answers there: who answers there is user 65534") {
		t.Errorf("Dial gave %v", err)
	}
	// The other way round: root may ask whom it likes, if it does not care who
	// answers.
	if res, f := sent(t, socket, request("/v1/echo", usualHead, `{"text":"a"}`)); res.StatusCode != 200 {
		t.Errorf("root heard %d, %v", res.StatusCode, f)
	}
}
