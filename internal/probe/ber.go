package probe

// An element is a value of ASN.1 in BER, as LDAP has it: a tag of one byte,
// and a length that is definite but may be written longer than it needs (RFC
// 4511 §5.1). Active Directory does so, which is why this is no DER.
type element struct {
	tag  byte
	body []byte
}

// element takes the next element. Its tag is zero at the end.
func (o *octets) element() element {
	if len(o.rest) == 0 {
		return element{}
	}
	tag, size := byte(o.number()), o.number()
	if size >= 0x80 {
		digits := o.take(size & 0x7f)
		if size = 0; len(digits) == 0 || len(digits) > 4 {
			o.take(len(o.rest) + 1)
			return element{}
		}
		for _, d := range digits {
			size = size<<8 | int(d)
		}
	}
	e := element{tag, o.take(size)}
	if o.short {
		return element{}
	}
	return e
}

// elements are what an element is made of, up to what is none.
func (e element) elements() (all []element) {
	o := octets{rest: e.body}
	for next := o.element(); next.tag != 0; next = o.element() {
		all = append(all, next)
	}
	return all
}

// ber is an element of fewer than 128 bytes.
func ber(tag byte, body string) string { return string([]byte{tag, byte(len(body))}) + body }
