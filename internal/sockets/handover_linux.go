package sockets

import (
	"bytes"
	"os"
	"strconv"

	"github.com/limenhq/limen"
)

// isRunning reports whether a run of a program is there and has not ended. One
// that nobody has waited for yet holds nothing any more.
func (r Reader) isRunning(id limen.ProcessID) bool {
	stat, err := os.ReadFile(r.proc() + "/" + strconv.Itoa(id.PID) + "/stat")
	if err != nil {
		return os.IsPermission(err) // it is there, and hidden
	}
	birth, ok := parseBirth(stat)
	_, after, _ := bytes.Cut(stat[bytes.LastIndexByte(stat, ')')+1:], []byte(" "))
	return ok && birth == id.Birth && !bytes.HasPrefix(after, []byte("Z")) && !bytes.HasPrefix(after, []byte("X"))
}
