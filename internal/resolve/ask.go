package resolve

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// askServers asks the name server that /etc/resolv.conf names first, if that is on
// this machine and keeps the question here.
func (q *question) askServers(ctx context.Context) answer {
	server := parseResolvConf(q.read("/etc/resolv.conf"))[0]
	switch {
	case !server.IsLoopback():
		return answer{guessed: true, why: fmt.Sprintf("the name server %v is another machine, and was not asked: it does not know names of this one", server)}
	case !q.mayAsk():
		return answer{guessed: true, why: fmt.Sprintf("the name server %v was not asked: it would ask others on the Internet", server)}
	}
	at := netip.AddrPortFrom(server, 53)
	all, err := ask(ctx, at, q.host)
	if err != nil {
		return answer{why: fmt.Sprintf("the name server %v: %v", server, err)}
	}
	if len(all) == 0 {
		return answer{why: fmt.Sprintf("the name server %v does not know it", server)}
	}
	return answer{found: all, why: fmt.Sprintf("by the name server %v", server)}
}

// patience is how long a name server on this machine may take.
const patience = 2 * time.Second

// ask asks a name server for the addresses of a name, over UDP.
func ask(ctx context.Context, server netip.AddrPort, host string) (all []netip.Addr, err error) {
	name, err := dnsmessage.NewName(host + ".")
	if err != nil {
		return nil, err
	}
	for _, kind := range []dnsmessage.Type{dnsmessage.TypeA, dnsmessage.TypeAAAA} {
		some, err := askFor(ctx, server, dnsmessage.Question{Name: name, Type: kind, Class: dnsmessage.ClassINET})
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func askFor(ctx context.Context, server netip.AddrPort, q dnsmessage.Question) ([]netip.Addr, error) {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	conn, err := new(net.Dialer).DialContext(ctx, "udp", server.String())
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	var id [2]byte
	rand.Read(id[:])
	asked := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: binary.BigEndian.Uint16(id[:]), RecursionDesired: true},
		Questions: []dnsmessage.Question{q},
	}
	packet, err := asked.Pack()
	if err != nil {
		return nil, err
	}
	if _, err := conn.Write(packet); err != nil {
		return nil, err
	}
	buffer := make([]byte, 4096)
	for {
		n, err := conn.Read(buffer)
		if ctx.Err() != nil {
			return nil, errors.New("it gives no answer")
		}
		if err != nil {
			return nil, errors.New("nothing listens there")
		}
		all, isAnswer, err := parseReply(buffer[:n], asked.ID, q)
		if isAnswer {
			return all, err
		}
	}
}

// parseReply reads the addresses of a reply. It says false for a packet that is
// no reply to the question.
func parseReply(packet []byte, id uint16, q dnsmessage.Question) (all []netip.Addr, isReply bool, err error) {
	var p dnsmessage.Parser
	h, err := p.Start(packet)
	if err != nil || h.ID != id || !h.Response {
		return nil, false, nil
	}
	switch h.RCode {
	case dnsmessage.RCodeSuccess:
	case dnsmessage.RCodeNameError:
		return nil, true, nil
	default:
		return nil, true, fmt.Errorf("it refuses the question with %d (RFC 1035, section 4.1.1)", h.RCode)
	}
	if err := p.SkipAllQuestions(); err != nil {
		return nil, true, err
	}
	for {
		h, err := p.AnswerHeader()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			return all, true, nil
		}
		if err != nil {
			return nil, true, err
		}
		switch {
		case h.Type == dnsmessage.TypeA && q.Type == h.Type:
			r, err := p.AResource()
			if err != nil {
				return nil, true, err
			}
			all = append(all, netip.AddrFrom4(r.A))
		case h.Type == dnsmessage.TypeAAAA && q.Type == h.Type:
			r, err := p.AAAAResource()
			if err != nil {
				return nil, true, err
			}
			all = append(all, netip.AddrFrom16(r.AAAA))
		default:
			if err := p.SkipAnswer(); err != nil {
				return nil, true, err
			}
		}
	}
}
