package main

import (
	"os/exec"
	"syscall"
)

// runAs makes a command run as another user, in that user's group alone.
func runAs(cmd *exec.Cmd, user uint32) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
}
