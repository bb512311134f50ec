package wire

import (
	"net"
	"path/filepath"
	"testing"
)

func TestASignOfLifeThatLiesThereCountsAfterTheSilence(t *testing.T) {
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(t.TempDir(), "s"), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	asker, err := net.DialUnix("unix", nil, l.Addr().(*net.UnixAddr))
	if err != nil {
		t.Fatal(err)
	}
	defer asker.Close()
	asked, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer asked.Close()
	if _, err := asked.Write([]byte("\n")); err != nil {
		t.Fatal(err)
	}
	c := newConn(asker, pace{silence: 1}) // is over before anything can be read
	c.room = 1
	if n, err := c.Read(make([]byte, 1)); n != 1 || err != nil {
		t.Errorf("it has read %d bytes, %v; want the one that lies there", n, err)
	}
}
