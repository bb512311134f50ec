//go:build darwin || freebsd

package sockets

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

// readPCBs reads the kernel's table of sockets. Any user may.
func readPCBs(ctx context.Context, _ Reader, w Want) ([]Socket, []limen.Gap, error) {
	var socks []Socket
	var gaps []limen.Gap
	for _, t := range w.transports() {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		rows, err := pcbs(t)
		if err != nil {
			return nil, nil, err
		}
		for _, row := range rows {
			if !w.keeps(row.Socket) {
				continue
			}
			if g, ok := row.ownStack(kinfos); ok {
				gaps = append(gaps, g)
			}
			socks = append(socks, row.Socket)
		}
	}
	return socks, gaps, nil
}

// pcbs reads the table of one transport.
func pcbs(t limen.Transport) ([]pcbRow, error) {
	b, err := readSysctl("net.inet." + t.String() + "." + pcbTable)
	if err != nil {
		return nil, err
	}
	return rowsOf(b, t, zoneName)
}

// kinfos reads what processes there are.
func kinfos() (map[int]kinfo, error) {
	b, err := readSysctl(processTable)
	if err != nil {
		return nil, err
	}
	return parseKinfos(b, processLayout)
}

// readSysctl reads a table of the kernel's, which can grow between the question
// how large it is and its being read.
func readSysctl(name string) (b []byte, err error) {
	const tries = 5
	for range tries {
		if b, err = unix.SysctlRaw(name); err != unix.ENOMEM {
			break
		}
	}
	switch err {
	case nil:
		return b, nil
	case unix.ENOENT:
		return nil, fmt.Errorf("%w: this system has no sysctl %s", errors.ErrUnsupported, name)
	}
	return nil, fmt.Errorf("sysctl %s: %w", name, err)
}

// told is a way to the holders that is the only one. That of a system which is
// not supported is passed over without a word when there is another; here its
// error has to be told.
func told(find func(context.Context, Reader, *search) error) func(context.Context, Reader, *search) error {
	return func(ctx context.Context, r Reader, s *search) error {
		err := find(ctx, r, s)
		if errors.Is(err, errors.ErrUnsupported) {
			return errors.New(err.Error())
		}
		return err
	}
}

// zoneName names the interface with a number, or repeats the number, which is
// a name, too (RFC 4007, section 11.2).
func zoneName(number uint16) string {
	if i, err := net.InterfaceByIndex(int(number)); err == nil {
		return i.Name
	}
	return strconv.Itoa(int(number))
}

// A jail with a network of its own is not entered, and macOS has none.
func readElsewhere(context.Context, Reader, Want) ([]Socket, []limen.Gap) { return nil, nil }

func firstPIDNamespace(Reader) bool { return true }

func bridges(Reader) (map[string]bool, error) { return nil, nil }
