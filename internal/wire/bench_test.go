package wire

import (
	"context"
	"fmt"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

func benchmarkBoth(b *testing.B, table op.Table, ask func(op.Place) error) {
	for name, place := range map[string]op.Place{"table": table, "wire": dialled(b, served(b, handle(table, nil)))} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := ask(place); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// What a call costs that does nothing.
func BenchmarkCall(b *testing.B) {
	benchmarkBoth(b, everything, func(p op.Place) error {
		return second(echo.On(context.Background(), p, word{}))
	})
}

// A call with its own connection, as every command makes it.
func BenchmarkDialAndCall(b *testing.B) {
	socket := served(b, handle(everything, nil))
	for b.Loop() {
		c, err := Dial(context.Background(), socket)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := echo.On(context.Background(), c, word{}); err != nil {
			b.Fatal(err)
		}
		c.Close()
	}
}

// A list of 1 MB, which is a machine with some thousand sockets.
func BenchmarkList(b *testing.B) {
	var snap limen.Snapshot
	for i := range 2400 {
		snap.Listeners = append(snap.Listeners, limen.Listener{
			Endpoint: limen.MustParseEndpoint(fmt.Sprintf("tcp/127.0.0.1:%d", 3000+i)), State: limen.Listening, Reach: limen.Self,
			Owners: []limen.Owner{{Role: limen.Sole, Proof: limen.Proved, Process: limen.Process{
				ProcessID: limen.ProcessID{PID: 1000 + i, Birth: uint64(i)}, Name: "node", Command: []string{"node", "server.js", fmt.Sprint(i)}, Directory: "/home/me/shop",
			}}},
		})
	}
	table := op.Table{op.List.By(func(context.Context, op.ListIn) (limen.Snapshot, error) { return snap, nil })}
	benchmarkBoth(b, table, func(p op.Place) error {
		got, err := op.List.On(context.Background(), p, op.ListIn{})
		if err == nil && len(got.Listeners) != len(snap.Listeners) {
			err = fmt.Errorf("%d listeners", len(got.Listeners))
		}
		return err
	})
}

// An item of a feed.
func BenchmarkItem(b *testing.B) {
	benchmarkBoth(b, everything, func(p op.Place) error {
		for got, err := range counter.On(context.Background(), p, tally{}) {
			if err != nil || got.Count == 999 {
				return err
			}
		}
		return nil
	})
}
