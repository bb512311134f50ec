package sockets

import (
	"net/netip"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

func TestBothSourcesTellTheSame(t *testing.T) {
	at := bound(t, "tcp", ":0")
	want := Want{Transport: limen.TCP, Port: at.Port()}
	table := socketsAt(t, want)
	descriptors, _, err := readDescriptors(t.Context(), Reader{}, want)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(table, descriptors, cmpopts.IgnoreUnexported(Socket{}), cmpopts.EquateComparable(netip.Addr{}, netip.AddrPort{})); diff != "" {
		t.Errorf("(-pcblist_n +proc_info):\n%s", diff)
	}
}

func TestKinfoIsLaidOutAsTheLibraryHasIt(t *testing.T) {
	var k unix.KinfoProc
	eproc := unsafe.Offsetof(k.Eproc)
	library := kinfoLayout{
		size:  int(unsafe.Sizeof(k)),
		pid:   int(unsafe.Offsetof(k.Proc.P_pid)),
		uid:   int(eproc + unsafe.Offsetof(k.Eproc.Ucred) + unsafe.Offsetof(k.Eproc.Ucred.Uid)),
		start: int(unsafe.Offsetof(k.Proc.P_starttime)),
	}
	if kinfoOfMacOS != library {
		t.Errorf("%+v; golang.org/x/sys/unix has %+v", kinfoOfMacOS, library)
	}
}
