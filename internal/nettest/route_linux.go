package nettest

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// route speaks rtnetlink(7), as far as adding an address takes. It stays in
// the network of the thread that opened it.
type route struct{ fd int }

func dialRoute() (route, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	return route{fd}, os.NewSyscallError("socket", err)
}

func (r route) Close() error { return unix.Close(r.fd) }

// addInterface makes an interface that is up (RTM_NEWLINK with an
// IFLA_LINKINFO that names the kind).
func (r route) addInterface(name, kind string) error {
	body := asBytes(&unix.IfInfomsg{Flags: unix.IFF_UP, Change: unix.IFF_UP})
	body = attribute(body, unix.IFLA_IFNAME, append([]byte(name), 0))
	body = attribute(body, unix.IFLA_LINKINFO|unix.NLA_F_NESTED, attribute(nil, unix.IFLA_INFO_KIND, []byte(kind)))
	return r.ask(unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_EXCL, body)
}

func (r route) removeInterface(index int) error {
	return r.ask(unix.RTM_DELLINK, 0, asBytes(&unix.IfInfomsg{Index: int32(index)}))
}

// addAddress gives an interface an address. IPv6 would first look whether
// another machine has it (RFC 4862, section 5.4), and until then the address
// cannot be bound; IFA_F_NODAD leaves that out.
func (r route) addAddress(index int, p netip.Prefix) error {
	a := unix.IfAddrmsg{Family: unix.AF_INET, Prefixlen: uint8(p.Bits()), Index: uint32(index)}
	if p.Addr().Is6() {
		a.Family, a.Flags = unix.AF_INET6, unix.IFA_F_NODAD
	}
	body := attribute(asBytes(&a), unix.IFA_LOCAL, p.Addr().AsSlice())
	body = attribute(body, unix.IFA_ADDRESS, p.Addr().AsSlice())
	return r.ask(unix.RTM_NEWADDR, unix.NLM_F_CREATE|unix.NLM_F_EXCL, body)
}

// ask sends one message and waits for the kernel's answer to it, which is an
// error number; 0 is consent (netlink(7), NLMSG_ERROR).
func (r route) ask(kind uint16, flags uint16, body []byte) error {
	head := unix.NlMsghdr{
		Len: uint32(unix.SizeofNlMsghdr + len(body)), Type: kind,
		Flags: unix.NLM_F_REQUEST | unix.NLM_F_ACK | flags, Seq: 1,
	}
	to := &unix.SockaddrNetlink{Family: unix.AF_NETLINK}
	if err := unix.Sendto(r.fd, append(asBytes(&head), body...), 0, to); err != nil {
		return os.NewSyscallError("sendto", err)
	}
	answer := make([]byte, 8192)
	n, _, err := unix.Recvfrom(r.fd, answer, 0)
	switch {
	case err != nil:
		return os.NewSyscallError("recvfrom", err)
	case n < unix.SizeofNlMsghdr+4 || binary.NativeEndian.Uint16(answer[4:]) != unix.NLMSG_ERROR:
		return fmt.Errorf("rtnetlink answered %d bytes that are no answer", n)
	}
	if errno := int32(binary.NativeEndian.Uint32(answer[unix.SizeofNlMsghdr:])); errno != 0 {
		return unix.Errno(-errno)
	}
	return nil
}

// attribute appends a netlink attribute, padded to four bytes (NLA_ALIGNTO).
func attribute(to []byte, kind uint16, value []byte) []byte {
	to = binary.NativeEndian.AppendUint16(to, uint16(unix.SizeofNlAttr+len(value)))
	to = binary.NativeEndian.AppendUint16(to, kind)
	to = append(to, value...)
	for len(to)%unix.NLA_ALIGNTO != 0 {
		to = append(to, 0)
	}
	return to
}

// asBytes returns the memory of one of the kernel's structures.
func asBytes[T any](v *T) []byte {
	return append([]byte(nil), unsafe.Slice((*byte)(unsafe.Pointer(v)), unsafe.Sizeof(*v))...)
}
