package tap

import (
	"encoding/binary"
	"net/netip"

	"github.com/limenhq/limen"
)

// The way of a request is kept as flags, the addresses of client and here as
// texts, and if there is a route, its name, and its target field by field: its
// own text form would have to be made for each request.
const (
	flagSecret = 1 << iota
	flagRoute
)

func appendWay(b []byte, from Passage) []byte {
	flags := byte(0)
	if from.IsSecret {
		flags |= flagSecret
	}
	if from.Route != nil {
		flags |= flagRoute
	}
	b = append(b, flags)
	b = appendAddress(appendAddress(b, from.Client), from.Here)
	if from.Route == nil {
		return b
	}
	t := &from.Route.Target
	b = append(appendText(b, from.Route.Name), byte(t.Scheme))
	b = binary.LittleEndian.AppendUint16(b, t.Port)
	for _, s := range [...]string{t.Host, t.Socket, t.Container, t.Route, t.Path} {
		b = appendText(b, s)
	}
	return b
}

// appendAddress writes an address as a text of its bytes.
func appendAddress(b []byte, a netip.AddrPort) []byte {
	at := len(b)
	b = append(b, 0) // no address has 128 bytes, but for a zone that nobody has
	if !a.IsValid() || len(a.Addr().Zone()) > 64 {
		return b
	}
	long, err := a.AppendBinary(b)
	if err != nil {
		return b
	}
	long[at] = byte(len(long) - at - 1)
	return long
}

// parseWay reads what appendWay wrote, and returns what stands behind it.
func parseWay(b []byte) (from Passage, rest []byte) {
	if len(b) == 0 {
		return from, nil
	}
	flags := b[0]
	from.IsSecret = flags&flagSecret != 0
	client, b := cutText(b[1:])
	here, b := cutText(b)
	_, _ = from.Client.UnmarshalBinary(client), from.Here.UnmarshalBinary(here) // the zero one if it is none
	if flags&flagRoute == 0 {
		return from, b
	}
	name, b := cutText(b)
	if len(b) < 3 {
		return from, nil
	}
	r := &limen.Route{Name: string(name)}
	r.Target.Scheme, r.Target.Port = limen.Scheme(b[0]), binary.LittleEndian.Uint16(b[1:])
	b = b[3:]
	for _, s := range [...]*string{&r.Target.Host, &r.Target.Socket, &r.Target.Container, &r.Target.Route, &r.Target.Path} {
		var text []byte
		text, b = cutText(b)
		*s = string(text)
	}
	from.Route = r
	return from, b
}
