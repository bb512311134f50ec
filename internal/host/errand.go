package host

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/limenhq/limen"
)

// An errand is what a command of limen holds ports for.
type errand struct {
	what string
	next string // how that is ended; empty where its process is ended like any other
}

// errands are those of commands that listen and stay.
var errands = map[string]errand{
	"daemon": {"it is limen's own daemon, which answers for names", "limen daemon stop"},
	"tap":    {"it is limen's own tap, which stands before another port and passes on what comes", ""},
	"serve":  {"it is limen's own serve, which has a folder there", ""},
}

// errandAt says of an owner what limen itself holds a port for; nothing, if it is
// no limen.
func (h *Host) errandAt(port uint16) func(limen.Owner) limen.Notice {
	return func(o limen.Owner) limen.Notice {
		if t, ok := h.tape.standsBefore(port); ok && o.Process.PID == os.Getpid() {
			return limen.Notice{
				What: fmt.Sprintf("it is limen's own tap, which stands before %v and passes on what comes", t),
				Why:  "the limen that is asked has opened it", Next: fmt.Sprintf("Ctrl-C where limen tap %v runs", t),
			}
		}
		e, ok := errands[commandOf(o.Process)]
		if !ok {
			return limen.Notice{}
		}
		return limen.Notice{What: e.what, Why: "the name of the program and its arguments", Next: e.next}
	}
}

// commandOf is which command of limen a process carries out; empty if none.
func commandOf(p limen.Process) string {
	if p.Executable == "" || strings.TrimSuffix(filepath.Base(p.Executable), ".exe") != "limen" || len(p.Command) < 2 {
		return ""
	}
	for _, word := range p.Command[1:] {
		if !strings.HasPrefix(word, "-") {
			return word
		}
	}
	return ""
}
