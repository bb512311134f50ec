package limen

import (
	"encoding/json"
	"net/netip"
	"time"
)

// An Exchange is a request that came through limen, and what became of it. Two
// are the same if their IDs are.
type Exchange struct {
	ID        string         `json:"id"`   // as people type it, such as 17
	Time      time.Time      `json:"time"` // when its head was there
	Name      string         `json:"name,omitempty"`
	Target    string         `json:"target,omitempty"` // where the name leads
	Client    netip.AddrPort `json:"client,omitzero"`
	Initiator *Process       `json:"initiator,omitempty"` // who asked; nil if that is not known
	Protocol  string         `json:"protocol"`            // HTTP/1.1 or HTTP/2.0, as the client speaks it
	Method    string         `json:"method"`
	URL       string         `json:"url"`                 // as the client asked for it
	Call      string         `json:"call,omitempty"`      // the method of gRPC, such as shop.Cart/Add
	Status    int            `json:"status,omitempty"`    // 0 if there was no answer
	Media     string         `json:"media,omitempty"`     // what the answer's body is
	FirstByte time.Duration  `json:"firstByte,omitempty"` // from the request's head to the answer's
	Total     time.Duration  `json:"total,omitempty"`     // and to its end
	Sent      int64          `json:"sent"`                // bytes of the request's body
	Received  int64          `json:"received"`            // and of the answer's
	Frames    int            `json:"frames,omitempty"`    // of a WebSocket, or events of a stream
	Open      bool           `json:"open,omitempty"`      // it goes on
	Joined    time.Time      `json:"joined,omitzero"`     // since when a connection was heard that went on before, such as a WebSocket; zero if from its beginning
	Fault     string         `json:"fault,omitempty"`     // why it did not come to its end
}

// Exchanges are requests that were kept, the last one last.
type Exchanges struct {
	Exchanges []Exchange `json:"exchanges"`
	Gaps      []Gap      `json:"gaps"`
}

// MarshalJSON writes absent lists as empty ones.
func (e Exchanges) MarshalJSON() ([]byte, error) {
	type plain Exchanges
	p := plain(e)
	p.Exchanges, p.Gaps = orEmpty(p.Exchanges), orEmpty(p.Gaps)
	return json.Marshal(p)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (e *Exchanges) UnmarshalJSON(b []byte) error {
	type plain Exchanges
	if err := json.Unmarshal(b, (*plain)(e)); err != nil {
		return err
	}
	e.Exchanges, e.Gaps = orNil(e.Exchanges), orNil(e.Gaps)
	return nil
}
