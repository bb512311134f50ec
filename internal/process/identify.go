package process

import "github.com/limenhq/limen"

// Identify returns which run has a number now, and looks at nothing else of it.
// It returns ErrGone if none has.
func (r *Reader) Identify(pid int) (limen.ProcessID, error) { return native.identify(r, pid) }

func (r *Reader) identifyProcfs(pid int) (limen.ProcessID, error) {
	var buf scratch
	d, s, err := r.open(limen.ProcessID{PID: pid}, &buf)
	if err != nil {
		return limen.ProcessID{}, err
	}
	d.close()
	return limen.ProcessID{PID: pid, Birth: s.birth}, nil
}
