package daemon

import (
	"context"
	"errors"

	"github.com/limenhq/limen/internal/host"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/wire"
)

// carrier joins the limens of one person over Unix sockets.
var carrier = host.Carrier{Dial: dial, Serve: serve, Clear: wire.Clear}

func dial(ctx context.Context, socket string) (op.Place, func() error, error) {
	c, err := wire.Dial(ctx, socket)
	if errors.Is(err, wire.ErrNobody) {
		return nil, nil, errors.Join(host.ErrNobody, err)
	}
	if err != nil {
		return nil, nil, err
	}
	return c, c.Close, nil
}

func serve(ctx context.Context, socket string, t op.Table) (wait func() error, err error) {
	l, err := wire.Listen(socket)
	if err != nil {
		return nil, err
	}
	done := make(chan error, 1)
	go func() { done <- wire.Serve(ctx, l, wire.Handler(t, nil)) }()
	return func() error { return <-done }, nil
}
