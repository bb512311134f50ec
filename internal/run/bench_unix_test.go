//go:build linux || darwin || freebsd

package run

import "testing"

// What a look costs that finds a shell with two children, as limen makes every
// 20 ms while a program starts.
func BenchmarkLook(b *testing.B) {
	g, err := Open(Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer g.Close(b.Context())
	r, err := g.Start(shell("sleep 1000 & sleep 1000 & wait"))
	if err != nil {
		b.Fatal(err)
	}
	for nodes := []node(nil); len(nodes) < 3; {
		if nodes, err = g.system.tree.of(r.number, 0); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if _, err := g.system.tree.of(r.number, 0); err != nil {
			b.Fatal(err)
		}
	}
}

// What a guard costs: from nothing to a program that was started and has ended.
func BenchmarkOpenStartEnd(b *testing.B) {
	for b.Loop() {
		g, err := Open(Config{})
		if err != nil {
			b.Fatal(err)
		}
		r, err := g.Start(shell("exit"))
		if err != nil {
			b.Fatal(err)
		}
		<-r.Ended()
		g.Close(b.Context())
	}
}

// What starting a program costs once the guard is there.
func BenchmarkStart(b *testing.B) {
	g, err := Open(Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer g.Close(b.Context())
	for b.Loop() {
		r, err := g.Start(shell("exit"))
		if err != nil {
			b.Fatal(err)
		}
		<-r.Ended()
		g.system.tree.forget(r.number)
	}
}
