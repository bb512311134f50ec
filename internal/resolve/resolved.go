package resolve

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
)

// resolvedSocket is where systemd-resolved is asked by nss-resolve (varlink; the
// interface io.systemd.Resolve).
const resolvedSocket = "/run/systemd/resolve/io.systemd.Resolve"

// noNetwork is SD_RESOLVED_NO_NETWORK: only what is known on this machine
// (systemd, src/resolve/resolved-def.h).
const noNetwork = 1 << 15

// askResolved asks systemd-resolved. It says false if that does not run.
func (q *question) askResolved(ctx context.Context) (answer, bool) {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	conn, err := new(net.Dialer).DialContext(ctx, "unix", q.at(resolvedSocket))
	if err != nil {
		return answer{}, false
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()

	flags := 0
	if !q.mayAsk() {
		flags = noNetwork
	}
	reply, err := callResolved(conn, q.host, flags)
	if err != nil {
		return answer{why: "systemd-resolved gives no answer"}, true
	}
	all, err := parseResolved(reply)
	a := answer{found: all}
	if err != nil {
		a.why = err.Error()
	}
	if flags == noNetwork && len(all) == 0 {
		a = answer{guessed: true, why: "systemd-resolved does not know it, and would ask others on the Internet"}
	}
	return a, true
}

// mostReply is more than the addresses of a name take.
const mostReply = 64 << 10

// callResolved sends a question, and reads the reply: each is JSON, and ends with
// a zero (varlink.org/Protocol).
func callResolved(conn io.ReadWriter, host string, flags int) ([]byte, error) {
	type parameters struct {
		Name  string `json:"name"`
		Flags int    `json:"flags"`
	}
	asked, err := json.Marshal(struct {
		Method     string     `json:"method"`
		Parameters parameters `json:"parameters"`
	}{"io.systemd.Resolve.ResolveHostname", parameters{host, flags}})
	if err != nil {
		return nil, err
	}
	if _, err := conn.Write(append(asked, 0)); err != nil {
		return nil, err
	}
	reply, err := bufio.NewReader(io.LimitReader(conn, mostReply)).ReadBytes(0)
	return bytes.TrimSuffix(reply, []byte{0}), err
}

// parseResolved reads the addresses of a reply. If there are none the error says
// why.
func parseResolved(reply []byte) (all []netip.Addr, err error) {
	var r struct {
		Error      string `json:"error"`
		Parameters struct {
			Addresses []struct {
				Address []int `json:"address"`
			} `json:"addresses"`
		} `json:"parameters"`
	}
	if err := json.Unmarshal(reply, &r); err != nil {
		return nil, errors.New("what systemd-resolved says is not understood")
	}
	if r.Error != "" {
		return nil, fmt.Errorf("systemd-resolved says %s", strings.TrimPrefix(r.Error[:min(len(r.Error), 100)], "io.systemd.Resolve."))
	}
	for _, e := range r.Parameters.Addresses {
		octets := make([]byte, 0, 16)
		for _, n := range e.Address {
			if n < 0 || n > 255 || len(octets) == 16 {
				return nil, errors.New("systemd-resolved names an address that is none")
			}
			octets = append(octets, byte(n))
		}
		if a, ok := netip.AddrFromSlice(octets); ok {
			all = append(all, a.Unmap())
		}
	}
	return all, nil
}
