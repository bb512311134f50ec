package process

import (
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

func TestKinfoIsLaidOutAsTheLibraryHasIt(t *testing.T) {
	var k unix.KinfoProc
	eproc := unsafe.Offsetof(k.Eproc)
	library := kinfoLayout{
		size:     int(unsafe.Sizeof(k)),
		pid:      int(unsafe.Offsetof(k.Proc.P_pid)),
		parent:   int(eproc + unsafe.Offsetof(k.Eproc.Ppid)),
		uid:      int(eproc + unsafe.Offsetof(k.Eproc.Ucred) + unsafe.Offsetof(k.Eproc.Ucred.Uid)),
		state:    int(unsafe.Offsetof(k.Proc.P_stat)),
		comm:     int(unsafe.Offsetof(k.Proc.P_comm)),
		commSize: len(k.Proc.P_comm),
		terminal: int(eproc + unsafe.Offsetof(k.Eproc.Tdev)), terminalSize: int(unsafe.Sizeof(k.Eproc.Tdev)),
		start: int(unsafe.Offsetof(k.Proc.P_starttime)),
	}
	if kinfoOfMacOS != library {
		t.Errorf("%+v; golang.org/x/sys/unix has %+v", kinfoOfMacOS, library)
	}
}
