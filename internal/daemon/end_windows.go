package daemon

import "os"

// askToEnd kills: a process without a window can be told nothing.
func askToEnd(p *os.Process) error { return p.Kill() }
