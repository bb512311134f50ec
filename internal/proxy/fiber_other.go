//go:build !linux

package proxy

import "time"

// A fiber is nothing here: each client has a goroutine.
type fiber struct{}

type loop struct{}

// Loops are none.
type loops struct {
	start func(func())
	now   func() time.Time
}

func (*loops) end() {}

func (*hot) board() bool { return false }

func (*fiber) leave()       {}
func (*fiber) over()        {}
func (*fiber) take(*tether) {}
func (*fiber) letGo()       {}
func (*fiber) place() *loop { return nil }

func (h *hot) listen(p []byte) (int, error) { return h.conn.Read(p) }
func (h *hot) speak(p []byte) (int, error)  { return h.conn.Write(p) }
