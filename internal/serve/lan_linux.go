package serve

import (
	"context"
	"errors"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// groups are what the kernel is asked to tell of: addresses that come and go, and
// interfaces that go up and down (RTMGRP_IPV4_IFADDR and so on, linux/rtnetlink.h).
const groups = 1<<(unix.RTNLGRP_IPV4_IFADDR-1) | 1<<(unix.RTNLGRP_IPV6_IFADDR-1) | 1<<(unix.RTNLGRP_LINK-1)

// followCards has the kernel say when the addresses of this machine may be other
// ones. What it says is not read: whoever is told looks for itself.
func followCards(ctx context.Context, changed func()) error {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return os.NewSyscallError("socket", err)
	}
	news := os.NewFile(uintptr(fd), "the kernel's news of addresses")
	hangUp := sync.OnceFunc(func() { news.Close() })
	defer hangUp()
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: groups}); err != nil {
		return os.NewSyscallError("bind", err)
	}
	defer context.AfterFunc(ctx, hangUp)()
	changed() // what has happened before the kernel was asked
	buf := make([]byte, 4<<10)
	for {
		// ENOBUFS says that more has happened than there was room for (netlink(7)).
		if _, err := news.Read(buf); err != nil && !errors.Is(err, unix.ENOBUFS) {
			return err
		}
		changed()
	}
}
