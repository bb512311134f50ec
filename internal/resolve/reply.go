package resolve

import (
	"errors"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// lifetime is for how many seconds others may remember an answer: a name can get
// an address of its own at any moment, and asking again costs nothing.
const lifetime = 5

// leastLimit is how long an answer may be over UDP where nothing else is said
// (RFC 1035, section 4.2.1), mostLimit how long we let ourselves be told (RFC
// 9715, section 3.1).
const (
	leastLimit = 512
	mostLimit  = 1232
)

// An inquiry is a question that came, as far as it could be read.
type inquiry struct {
	header   dnsmessage.Header
	question dnsmessage.Question
	code     dnsmessage.RCode // what to say if it cannot be answered; zero if it can
	edns     bool             // the sender understands RFC 6891
	limit    int              // the longest answer that it takes over UDP
	length   int              // of the question, as it came
}

// errSilent means that nothing should be said: to an answer, or to what is too
// short to have a number.
var errSilent = errors.New("no answer is due")

// parseInquiry reads a question.
func parseInquiry(packet []byte) (q inquiry, err error) {
	var p dnsmessage.Parser
	q = inquiry{limit: leastLimit, length: len(packet)}
	if q.header, err = p.Start(packet); err != nil || q.header.Response {
		return q, errSilent
	}
	if q.header.OpCode != 0 {
		q.code = dnsmessage.RCodeNotImplemented
		return q, nil
	}
	q.code = dnsmessage.RCodeFormatError
	if q.question, err = p.Question(); err != nil {
		return q, nil
	}
	// RFC 9619: there is one question.
	if _, err := p.Question(); !errors.Is(err, dnsmessage.ErrSectionDone) {
		return q, nil
	}
	if p.SkipAllAnswers() != nil || p.SkipAllAuthorities() != nil {
		return q, nil
	}
	for {
		h, err := p.AdditionalHeader()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			break
		}
		if err != nil || h.Type == dnsmessage.TypeOPT && q.edns || p.SkipAdditional() != nil {
			return q, nil
		}
		if h.Type == dnsmessage.TypeOPT {
			q.edns, q.limit = true, min(max(int(h.Class), leastLimit), mostLimit)
			if h.TTL>>16&0xff != 0 { // the version (RFC 6891, section 6.1.3)
				return q, nil
			}
		}
	}
	q.code = dnsmessage.RCodeSuccess
	return q, nil
}

// reply is what to say to a packet, at most limit octets long if that is not 0.
// It is nil if nothing is to be said.
func (z Zone) reply(packet []byte, isUDP bool) []byte {
	q, err := parseInquiry(packet)
	if err != nil {
		return nil
	}
	k := z.look(strings.ToLower(strings.TrimSuffix(q.question.Name.String(), ".")))
	h := dnsmessage.Header{ID: q.header.ID, Response: true, OpCode: q.header.OpCode, RecursionDesired: q.header.RecursionDesired, RCode: q.code}
	switch {
	case q.code != dnsmessage.RCodeSuccess:
	case k.suffix == "" || q.question.Class != dnsmessage.ClassINET:
		h.RCode = dnsmessage.RCodeRefused // whoever asked asks somebody else
	case !k.exists:
		h.Authoritative, h.RCode = true, dnsmessage.RCodeNameError
	default:
		h.Authoritative = true
	}
	var addresses []netip.Addr
	if h.RCode == dnsmessage.RCodeSuccess {
		addresses = wanted(k.found, q.question.Type)
	}
	withSOA := h.Authoritative && len(addresses) == 0
	for {
		b, err := q.pack(h, addresses, withSOA, k.suffix)
		most := q.most(len(addresses))
		switch {
		case err != nil:
			return nil
		case !isUDP || len(b) <= most:
			return b
		case withSOA: // it says only for how long there is nothing
			withSOA = false
		case len(addresses) > 1:
			addresses = addresses[:len(addresses)-1]
		default:
			return b
		}
	}
}

// most is how long an answer over UDP may be. Who does not say that it takes
// more gets twice what it sent, and one address: nobody gains by having others
// answered in its name.
func (q inquiry) most(addresses int) int {
	if q.edns || addresses == 1 {
		return q.limit
	}
	return min(q.limit, 2*q.length)
}

// wanted are the addresses of the type that was asked for, and of both for ANY
// (RFC 8482, section 4.1: a part is enough).
func wanted(all []netip.Addr, kind dnsmessage.Type) []netip.Addr {
	switch kind {
	case dnsmessage.TypeA:
		return only(all, true)
	case dnsmessage.TypeAAAA:
		return only(all, false)
	case dnsmessage.TypeALL:
		return all
	}
	return nil
}

// pack writes an answer.
func (q inquiry) pack(h dnsmessage.Header, addresses []netip.Addr, withSOA bool, suffix string) ([]byte, error) {
	b := dnsmessage.NewBuilder(make([]byte, 0, leastLimit), h)
	b.EnableCompression()
	var err error
	also := func(e error) { err = errors.Join(err, e) }
	also(b.StartQuestions())
	if q.question.Name.Length > 0 {
		also(b.Question(q.question))
	}
	also(b.StartAnswers())
	head := dnsmessage.ResourceHeader{Name: q.question.Name, Class: dnsmessage.ClassINET, TTL: lifetime}
	for _, a := range addresses {
		if a = a.Unmap(); a.Is4() {
			also(b.AResource(head, dnsmessage.AResource{A: a.As4()}))
		} else {
			also(b.AAAAResource(head, dnsmessage.AAAAResource{AAAA: a.As16()}))
		}
	}
	also(b.StartAuthorities())
	if withSOA {
		also(soa(&b, suffix))
	}
	also(b.StartAdditionals())
	if q.edns {
		var opt dnsmessage.ResourceHeader
		also(opt.SetEDNS0(mostLimit, h.RCode, false))
		also(b.OPTResource(opt, dnsmessage.OPTResource{}))
	}
	if err != nil {
		return nil, err
	}
	return b.Finish()
}

// soa says who speaks for a suffix, and for how long there is nothing (RFC 2308,
// section 3). nobody.invalid is nobody's mailbox (RFC 6761, section 6.4).
func soa(b *dnsmessage.Builder, suffix string) error {
	name, err := dnsmessage.NewName(suffix + ".")
	if err != nil {
		return err
	}
	return b.SOAResource(dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET, TTL: lifetime}, dnsmessage.SOAResource{
		NS: name, MBox: dnsmessage.MustNewName("nobody.invalid."), Serial: 1, Refresh: lifetime, Retry: lifetime, Expire: lifetime, MinTTL: lifetime,
	})
}
