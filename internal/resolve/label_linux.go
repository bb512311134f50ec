package resolve

import "syscall"

// label is where SELinux keeps what a file is (selinux(8); XATTR_NAME_SELINUX of
// linux/xattr.h). A file of hosts with another one cannot be read by programs
// that are confined.
const label = "security.selinux"

// relabel gives a file the label of another, if that has one.
func relabel(path, from string) error {
	b := make([]byte, 1024)
	n, err := syscall.Getxattr(from, label, b)
	if err != nil {
		return nil // there is none, or the system has none
	}
	return syscall.Setxattr(path, label, b[:n], 0)
}
