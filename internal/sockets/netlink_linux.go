package sockets

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

// readNetlink reads the tables by sock_diag(7), one dump for each transport
// and family.
func readNetlink(ctx context.Context, r Reader, w Want) ([]Socket, []limen.Gap, error) {
	c, err := dialDiag(dumpRoom)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
	}
	defer unix.Close(c.fd)
	c.namespace = networkNamespace(r)
	var gaps []limen.Gap
	for _, t := range w.transports() {
		for _, family := range []byte{afINET, afINET6} {
			q := diagQuestion{family: family, transport: t, port: w.Port, states: waitingStates(t)}
			if w.Connections {
				q.states = allStates
			}
			torn, err := c.dump(ctx, q)
			if errors.Is(err, unix.ENOENT) { // the sockets may be there, and the module that shows them is not
				return nil, nil, fmt.Errorf("%w: this kernel has no diagnosis of %s", errors.ErrUnsupported, t)
			}
			if err != nil {
				return nil, nil, err
			}
			if torn {
				gaps = append(gaps, limen.Gap{
					What: fmt.Sprintf("perhaps some %s sockets", t),
					Why:  "the kernel's table changed while it was read, each time",
					Next: "ask again",
				})
			}
		}
	}
	return c.socks, gaps, nil
}

// diag is a conversation with the kernel's socket tables.
type diag struct {
	fd        int
	sequence  uint32 // of the last question; its answer carries the same
	namespace limen.Namespace
	socks     []Socket
	devices   map[uint32]string
	buf       []byte
}

// dumpRoom is how large the messages are that the kernel makes of a dump, in bytes
// (netlink_dump of af_netlink.c); more room saves nothing.
const dumpRoom = 32 << 10

// dialDiag begins a conversation with room for answers of so many bytes.
func dialDiag(room int) (*diag, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return nil, err
	}
	return &diag{fd: fd, buf: make([]byte, room)}, nil
}

// dump asks one question and adds the answer to the sockets. A dump that the
// kernel says was torn by a change is asked again; torn reports that it never
// came whole, and what came is kept.
func (c *diag) dump(ctx context.Context, q diagQuestion) (torn bool, err error) {
	const tries = 4
	before := len(c.socks)
	for range tries {
		c.socks = c.socks[:before]
		if err := ctx.Err(); err != nil {
			return false, err
		}
		if torn, err = c.dumpOnce(q); err != nil || !torn {
			return false, err
		}
	}
	return true, nil
}

func (c *diag) dumpOnce(q diagQuestion) (torn bool, err error) {
	if err := c.send(q.message(), unix.NLM_F_REQUEST|unix.NLM_F_DUMP); err != nil {
		return false, err
	}
	for {
		b, err := c.receive()
		if err != nil {
			return false, err
		}
		done, cut, err := c.messages(b, q.transport)
		torn = torn || cut
		if done || err != nil {
			return torn, err
		}
	}
}

// send asks a question.
func (c *diag) send(body []byte, flags uint16) error {
	b := make([]byte, unix.NLMSG_HDRLEN, unix.NLMSG_HDRLEN+len(body)) // struct nlmsghdr
	binary.NativeEndian.PutUint32(b, uint32(cap(b)))
	binary.NativeEndian.PutUint16(b[4:], sockDiagByFamily)
	binary.NativeEndian.PutUint16(b[6:], flags)
	c.sequence++
	binary.NativeEndian.PutUint32(b[8:], c.sequence)
	return unix.Sendto(c.fd, append(b, body...), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
}

// receive returns the next part of an answer, until it is called again.
func (c *diag) receive() ([]byte, error) {
	for {
		n, from, err := unix.Recvfrom(c.fd, c.buf, unix.MSG_TRUNC)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return nil, err
		case n > len(c.buf):
			return nil, fmt.Errorf("%w: a message of %d bytes", errDiagRow, n)
		}
		if k, ok := from.(*unix.SockaddrNetlink); ok && k.Pid == 0 {
			return c.buf[:n], nil
		} // else it is not from the kernel
	}
}

// messages reads the netlink messages of one datagram.
func (c *diag) messages(b []byte, t limen.Transport) (done, torn bool, err error) {
	for len(b) >= unix.NLMSG_HDRLEN {
		n := int(binary.NativeEndian.Uint32(b))
		if n < unix.NLMSG_HDRLEN || n > len(b) {
			return false, false, fmt.Errorf("%w: a message of %d bytes in %d", errDiagRow, n, len(b))
		}
		kind, flags, body := binary.NativeEndian.Uint16(b[4:]), binary.NativeEndian.Uint16(b[6:]), b[unix.NLMSG_HDRLEN:n]
		asked := binary.NativeEndian.Uint32(b[8:]) == c.sequence
		b = b[min((n+3)&^3, len(b)):]
		if !asked {
			continue // the rest of an answer that was given up
		}
		torn = torn || flags&unix.NLM_F_DUMP_INTR != 0
		switch kind {
		case unix.NLMSG_DONE, unix.NLMSG_ERROR:
			// A dump that fails on its way, for want of the transport's module
			// too, says so only in its last message (netlink_dump_done of
			// af_netlink.c).
			return true, torn, verdictOf(body)
		case sockDiagByFamily:
			s, ok, err := parseDiag(body, t, c.device)
			if err != nil {
				return false, false, err
			}
			if ok {
				s.Namespace = c.namespace
				c.socks = append(c.socks, s)
			}
		}
	}
	return false, torn, nil
}

// verdictOf reads what the last message of an answer begins with: a negative
// error number, or 0.
func verdictOf(body []byte) error {
	if len(body) < 4 {
		return fmt.Errorf("%w: a last message of %d bytes", errDiagRow, len(body))
	}
	if code := int32(binary.NativeEndian.Uint32(body)); code < 0 {
		return unix.Errno(-code)
	}
	return nil
}

// device returns the name of an interface. Each is asked for once.
func (c *diag) device(n uint32) string {
	if name, ok := c.devices[n]; ok {
		return name
	}
	name := byNumber(n)
	if i, err := net.InterfaceByIndex(int(n)); err == nil {
		name = i.Name
	}
	if c.devices == nil {
		c.devices = map[uint32]string{}
	}
	c.devices[n] = name
	return name
}

// networkNamespace returns the namespace that this thread is in.
func networkNamespace(r Reader) limen.Namespace {
	n, _ := namespaceOf(r.proc() + "/thread-self/ns/net")
	return n
}

// namespaceOf reads the number of a namespace from its link, "net:[4026531840]".
func namespaceOf(link string) (limen.Namespace, error) {
	text, err := os.Readlink(link)
	if err != nil {
		return 0, err
	}
	const prefix = "net:["
	if len(text) <= len(prefix) || text[:len(prefix)] != prefix {
		return 0, fmt.Errorf("%s: %q is not a network namespace", link, text)
	}
	n, _ := parseDigits([]byte(text[len(prefix):]))
	return limen.Namespace(n), nil
}

// readProcNet reads the tables as text.
func readProcNet(ctx context.Context, r Reader, w Want) (socks []Socket, gaps []limen.Gap, err error) {
	namespace := networkNamespace(r)
	for _, t := range w.transports() {
		for _, suffix := range []string{"", "6"} {
			if err := ctx.Err(); err != nil {
				return nil, nil, err
			}
			text, err := os.ReadFile(r.proc() + "/thread-self/net/" + t.String() + suffix)
			if suffix != "" && errors.Is(err, os.ErrNotExist) {
				continue // no IPv6 here
			}
			if err != nil {
				return nil, nil, err
			}
			rows, err := parseProcNet(string(text), t)
			if err != nil {
				return nil, nil, err
			}
			for i := range rows {
				rows[i].Namespace = namespace
				if s := rows[i]; len(gaps) == 0 && len(s.Families) == 2 && w.keeps(s) {
					gaps = append(gaps, limen.Gap{
						What: "whether sockets on [::] also answer IPv4",
						Why:  "netlink does not answer here, and /proc/net does not tell",
					})
				}
			}
			socks = append(socks, rows...)
		}
	}
	return socks, gaps, nil
}
