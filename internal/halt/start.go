package halt

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// A Program is what it takes to start again what was ended.
type Program struct {
	Executable  string   // its file
	Arguments   []string // with its own name first
	Directory   string
	Environment []string // NAME=value
}

// Start starts a program in a session of its own, with what it prints going to
// log, and returns its PID. It goes on after whoever started it has ended.
func Start(p Program, log io.Writer) (pid int, err error) {
	if len(p.Arguments) == 0 {
		return 0, fmt.Errorf("nobody knows how it was started")
	}
	cmd := &exec.Cmd{Path: p.Executable, Args: p.Arguments, Dir: p.Directory, Env: p.Environment, Stdout: log, Stderr: log, SysProcAttr: alone}
	if !filepath.IsAbs(cmd.Path) {
		if cmd.Path, err = exec.LookPath(p.Arguments[0]); err != nil {
			return 0, err
		}
	}
	if info, err := os.Stat(p.Directory); err != nil || !info.IsDir() {
		return 0, fmt.Errorf("the directory it worked in is not there: %s", p.Directory)
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	return cmd.Process.Pid, cmd.Process.Release()
}
