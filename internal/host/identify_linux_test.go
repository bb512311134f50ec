package host

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen/internal/nettest"
	"github.com/limenhq/limen/internal/op"
)

// between returns a Host that calls do when it has read the sockets and not
// yet looked at who holds them: that is when it asks for a home.
func between(do func()) *Host {
	return New(Config{Home: func() (string, error) {
		do()
		return "", errors.New("none")
	}})
}

func TestASocketThatWasClosedMeanwhileIsNotListed(t *testing.T) {
	nettest.Enter(t)
	stays := nettest.Listen(t, "tcp", "127.0.0.1:3000")
	goes := nettest.Listen(t, "tcp", "127.0.0.1:3001")
	ends := nettest.Program{Name: "ends", Sockets: []nettest.Spec{
		{Kind: nettest.Listening, Network: "tcp", Addr: "127.0.0.1:3002"}}}.Start(t)
	snap, err := between(func() { goes.Close(); ends.Stop() }).List(t.Context(), op.ListIn{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"tcp/" + stays.Local.String() + " sole"}, roles(snap)); diff != "" {
		t.Errorf("listeners (-want +got):\n%s", diff)
	}
	if len(snap.Gaps) > 0 {
		t.Errorf("gaps %v; want none for what is no more", snap.Gaps)
	}
}
