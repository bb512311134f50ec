package sockets

import (
	"cmp"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

// maxCandidates bounds how many processes are named for a socket whose holder
// may not be seen. More guesses are no answer.
const maxCandidates = 8

// guess names candidates for the sockets that nobody is known to hold. The
// kernel tells any user in which control group a socket was created and for
// which user (INET_DIAG_CGROUP_ID, since Linux 5.9), and everyone may read who
// is in a group. A process that was looked into is no candidate.
func guess(ctx context.Context, r Reader, search *search, unheld []int) {
	wanted := map[uint64]string{}
	for _, i := range unheld {
		if id := search.socks[i].cgroup; id != 0 {
			wanted[id] = ""
		}
	}
	if len(wanted) == 0 {
		return
	}
	mount := cgroupMount(r.proc())
	if mount == "" {
		return
	}
	findGroups(ctx, mount, wanted)
	closed := make(map[int]bool, len(search.closed))
	for _, pid := range search.closed {
		closed[pid] = true
	}
	type origin struct {
		group string
		uid   uint32
	}
	known := map[origin][]Holder{} // of a thousand sockets, most have one origin
	for _, i := range unheld {
		s := &search.socks[i]
		s.Cgroup = wanted[s.cgroup]
		if s.Cgroup == "" || s.Cgroup == "/" {
			continue // in the first group, the whole machine may be
		}
		o := origin{s.Cgroup, s.UID}
		if _, ok := known[o]; !ok {
			known[o] = members(r.proc(), mount+o.group, o.uid, closed)
		}
		s.Holders = slices.Clone(known[o])
	}
}

// cgroupMount returns where the unified hierarchy is mounted, or "".
func cgroupMount(proc string) string {
	mounts, err := os.ReadFile(proc + "/self/mounts")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(mounts)) {
		if f := strings.Fields(line); len(f) > 2 && f[2] == "cgroup2" {
			return mountEscapes.Replace(f[1])
		}
	}
	return ""
}

// mountEscapes undoes what the kernel writes for characters that would end a
// field (mangle in fs/proc_namespace.c).
var mountEscapes = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\043`, "#", `\134`, `\`)

// findGroups fills in the path of each wanted group. A group's number is that
// of its directory's inode (fs/kernfs/mount.c).
func findGroups(ctx context.Context, mount string, wanted map[uint64]string) {
	left := len(wanted)
	filepath.WalkDir(mount, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || !d.IsDir():
			return nil // a group that ended, or may not be looked into
		case left == 0 || ctx.Err() != nil:
			return fs.SkipAll
		}
		var st unix.Stat_t
		if unix.Stat(path, &st) != nil {
			return nil
		}
		if seen, ok := wanted[st.Ino]; ok && seen == "" {
			wanted[st.Ino] = "/" + strings.TrimPrefix(strings.TrimPrefix(path, mount), "/")
			left--
		}
		return nil
	})
}

// members returns the closed processes of a group that may hold a socket of
// user uid: those of that user; or, for a socket of root, all, because a
// server can have given up its rights since. Too many are none.
func members(proc, group string, uid uint32, closed map[int]bool) []Holder {
	text, err := os.ReadFile(group + "/cgroup.procs")
	if err != nil {
		return nil
	}
	var same, others []Holder
	for word := range strings.FieldsSeq(string(text)) {
		pid, err := strconv.Atoi(word)
		if err != nil || !closed[pid] {
			continue // 0 stands for a process outside this PID namespace
		}
		dir := proc + "/" + word
		var st unix.Stat_t
		stat, err := os.ReadFile(dir + "/stat")
		birth, ok := parseBirth(stat)
		if err != nil || !ok || unix.Stat(dir, &st) != nil {
			continue
		}
		h := Holder{limen.ProcessID{PID: pid, Birth: birth}, limen.Candidate}
		// The directory of a process belongs to its user, or to root if it
		// may not be dumped (proc(5)).
		if st.Uid == uid {
			same = append(same, h)
		} else if uid == 0 || st.Uid == 0 {
			others = append(others, h)
		}
		if len(same) > maxCandidates {
			return nil
		}
	}
	if len(same) == 0 {
		same = others
	}
	if len(same) > maxCandidates {
		return nil
	}
	slices.SortFunc(same, func(a, b Holder) int { return cmp.Compare(a.PID, b.PID) })
	return same
}
