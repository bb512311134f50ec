package process

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

func TestReadKnowsWhoDroppedItsPrivileges(t *testing.T) {
	needRoot(t)
	// A process that has changed its user is not dumpable: all its files in
	// procfs belong to root.
	f := read(t, limen.ProcessID{PID: start(t, "nobody", exec.Command(self(t)))})
	if f.User == nil || f.User.UID != nobody {
		t.Errorf("user %v; want %d", f.User, nobody)
	}
}

func TestReadOfAnothersProcessLeavesOutWhatIsHidden(t *testing.T) {
	needRoot(t)
	target := exec.Command(copyAs(t, "secret-name-of-the-file"))
	target.Args = []string{"/usr/sbin/what-it-says", "--port", "80"}
	id := read(t, limen.ProcessID{PID: start(t, "wait", target)}).ProcessID

	f, said := describeAsNobody(t, id.PID)
	if f.ProcessID != id || f.Name != "what-it-says" || f.Executable != "" || f.Directory != "" || f.User.UID != 0 {
		t.Errorf("as nobody: %+v", f)
	}
	if want := "open /proc/" + strconv.Itoa(id.PID) + "/environ: permission denied\n"; said != want {
		t.Errorf("its environment: %q; want %q", said, want)
	}
}

func TestEnvironGivesOnlyWhatWasNamed(t *testing.T) {
	c := exec.Command(self(t))
	c.Env = []string{"PORT=3000", "SECRET=x", "PORTAL=y", "EMPTY=", "PORT=4000"}
	id := limen.ProcessID{PID: start(t, "wait", c)}
	var r Reader
	got, err := r.Environ(id, "PORT", "EMPTY", "ABSENT")
	if err != nil || len(got) != 2 || got["PORT"] == "" || got["EMPTY"] != "" {
		t.Errorf("Environ: %v, %v", got, err)
	}
}

func TestUsageCountsWhatWasUsed(t *testing.T) {
	id := read(t, limen.ProcessID{PID: os.Getpid()}).ProcessID
	var r Reader
	used := func() time.Duration {
		u, err := r.Usage(id, time.Now())
		if err != nil || u.Memory < 1<<20 || u.Share < 0 {
			t.Fatalf("usage %+v, %v", u, err)
		}
		return u.CPU
	}
	before := used()
	for used() <= before { // asking is work
	}
	later, err := r.Usage(id, time.Now().Add(1000*time.Hour))
	if err != nil || later.Share > 0.01 {
		t.Errorf("a thousand idle hours later the share is %v, %v", later.Share, err)
	}
}

func TestUserNamesWhomItCan(t *testing.T) {
	file := filepath.Join(t.TempDir(), "passwd")
	if err := os.WriteFile(file, []byte("root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r := Reader{Passwd: file}
	for uid, want := range map[uint32]limen.User{
		0: {UID: 0, Name: "root"}, 1000: {UID: 1000, Name: "ann"}, 4294967294: {UID: 4294967294},
	} {
		if got := r.User(uid); *got != want {
			t.Errorf("user %d: %+v; want %+v", uid, *got, want)
		}
	}
	if got := (&Reader{Passwd: file + "-absent"}).User(7); *got != (limen.User{UID: 7}) {
		t.Errorf("without a list: %+v", *got)
	}
}
