package sockets

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/limenhq/limen"
)

// readEnd asks the kernel for one socket. It returns errNoEnd where there is no
// such socket any more, or no process can hold it.
func readEnd(ctx context.Context, r Reader, q endQuestion) (Socket, error) {
	s, err := askEnd(q)
	if errors.Is(err, errors.ErrUnsupported) {
		s, err = readEndAmongAll(ctx, r, q)
	}
	if err == nil && s.Number == 0 {
		err = errNoEnd
	}
	return s, err
}

// askEnd asks by sock_diag(7).
func askEnd(q endQuestion) (Socket, error) {
	c, err := dialDiag(4 << 10) // one row has some hundred bytes
	if err != nil {
		return Socket{}, fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
	}
	defer unix.Close(c.fd)
	err = c.one(q)
	if errors.Is(err, unix.ENOENT) {
		// So the kernel says that there is no such socket, and that it has no
		// module for the question. At the other end is a connection of ours, or
		// at least what has accepted it.
		if err := c.one(endQuestion{q.peer, q.local}); err != nil {
			return Socket{}, fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
		}
		return Socket{}, errNoEnd
	}
	if err != nil {
		return Socket{}, fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
	}
	for _, s := range c.socks {
		if q.matches(s) {
			return s, nil
		}
	}
	return Socket{}, errNoEnd
}

// one asks for one socket, and adds it to those that are there.
func (c *diag) one(q endQuestion) error {
	if err := c.send(q.message(), unix.NLM_F_REQUEST); err != nil {
		return err
	}
	before := len(c.socks)
	for {
		b, err := c.receive()
		if err != nil {
			return err
		}
		done, _, err := c.messages(b, limen.TCP)
		if done || err != nil || len(c.socks) > before {
			return err // an answer that is no dump has no last message
		}
	}
}
