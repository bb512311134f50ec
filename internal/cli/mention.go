package cli

import (
	"errors"
	"sync"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/view"
)

// mentions are the causes of what was said beside the answer of a command. A nil
// one forgets them.
type mentions struct {
	mu   sync.Mutex // guards what follows
	said map[string]bool
}

// isNew reports whether a cause was not said yet, and notes that it is.
func (m *mentions) isNew(why string) bool {
	if m == nil {
		return true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.said[why] {
		return false
	}
	if m.said == nil {
		m.said = map[string]bool{}
	}
	m.said[why] = true
	return true
}

// mention says something beside the answer, unless its cause was said already: a
// daemon that hangs is met several times by one command.
func (e Env) mention(err error) {
	var known *limen.Error
	if errors.As(err, &known) && known.Why != "" && !e.mentions.isNew(known.Why) {
		return
	}
	view.Error(e.Err, err) // where it cannot be written, nobody is listening
}
