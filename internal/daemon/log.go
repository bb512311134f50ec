package daemon

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/host"
)

// oldLog ends the name of the log of a daemon before, which had something to say.
const oldLog = ".old"

// logPath is where a daemon in the background says what nobody hears, such as
// why it has crashed.
func logPath(h *host.Host) (string, error) {
	socket, err := h.DaemonSocket()
	return filepath.Join(filepath.Dir(socket), "daemon.log"), err
}

// openLog opens the log for the next daemon. What one before has said is kept
// beside it. It is nil if there is no place for it.
func openLog(h *host.Host) *os.File {
	path, err := logPath(h)
	if err != nil || os.MkdirAll(filepath.Dir(path), 0o700) != nil {
		return nil
	}
	if hasWords(path) && os.Rename(path, path+oldLog) != nil {
		return nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil
	}
	return f
}

func hasWords(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Size() > 0
}

// logGaps say where daemons have said what nobody has heard.
func logGaps(h *host.Host) (gaps []limen.Gap) {
	path, err := logPath(h)
	if err != nil {
		return nil // then there is no log either
	}
	for _, file := range []struct{ path, what string }{
		{path, "what the daemon has said when nobody listened"}, {path + oldLog, "how a daemon before has ended"},
	} {
		if hasWords(file.path) {
			gaps = append(gaps, limen.Gap{What: file.what, Why: "its words are in " + file.path, Next: fmt.Sprintf("read it, and then: rm %q", file.path)})
		}
	}
	return gaps
}

// withLog says in an error where a daemon that did not start has said more, if
// it has.
func withLog(err error, h *host.Host) error {
	path, bad := logPath(h)
	if bad != nil || !hasWords(path) {
		return err
	}
	var known *limen.Error
	if !errors.As(err, &known) {
		known = &limen.Error{What: "cannot start the daemon", Why: err.Error()}
	}
	more := *known
	more.Why = cmp.Or(more.Why, "it has ended") + "; its last words are in " + path
	return &more
}
