package serve

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/limenhq/limen/internal/nettest"
)

// TestADropOnAFullDiskSaysSoAndGoesOn fills a real, small disk.
func TestADropOnAFullDiskSaysSoAndGoesOn(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=256k"); err != nil {
		nettest.Skip(t, "no small disk can be mounted here: "+err.Error())
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Errorf("the small disk stays: %v", err)
		}
	})
	w := serveDrops(t, Drop{Folder: disk}, nil)
	t.Cleanup(func() { w.site.box.root.Close() }) // before the disk goes
	text := string(random(300 << 10))
	if err := os.WriteFile(disk+"/other", make([]byte, 128<<10), 0o666); err != nil {
		t.Fatal(err)
	}
	full := w.wantAnswer(507, "the disk is full", "PATCH", "big", text, "Upload-Offset: 0", "Upload-Length: 307200")
	kept := full.Header.Get("Upload-Offset")
	if got := w.wantAnswer(204, "", "HEAD", "big", "").Header.Get("Upload-Offset"); got != kept || got == "0" {
		t.Errorf("%s bytes are kept, says the answer; %s, says the next one", kept, got)
	}
	if got := <-w.notices; !strings.Contains(got, "the disk is full") || !strings.Contains(got, "make room") {
		t.Errorf("the notice is %q", got)
	}
	if got := w.has(); len(got) != 2 || !strings.HasPrefix(got[0], "other=") || !strings.HasPrefix(got[1], "part=") {
		t.Errorf("the folder has %d things", len(got))
	}
	// Room is made, and the sender goes on.
	if err := os.Remove(disk + "/other"); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, "size=1m"); err != nil {
		t.Fatal(err)
	}
	var at int
	for _, c := range kept {
		at = at*10 + int(c-'0')
	}
	w.wantAnswer(201, "came as big", "PATCH", "big", text[at:], "Upload-Offset: "+kept, "Upload-Length: 307200")
	w.wantHas("big=" + text)
}
