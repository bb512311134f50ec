package proxy

// known are the fields that say where a message ends, where it goes and what must
// come before, and what a head makes of them.
var known = []struct {
	name string // in lower case
	note func(h *head, b []byte, value span) breach
}{
	{"host", (*head).noteHost},
	{"connection", (*head).noteConnection},
	{"content-length", (*head).noteLength},
	{"transfer-encoding", (*head).noteCoding},
	{"upgrade", (*head).noteUpgrade},
	{"trailer", (*head).noteTrailer},
	{"expect", (*head).noteExpect},
}

// field reads NAME ":" OWS VALUE OWS (RFC 9112, 5).
func (h *head) field(b []byte, line span) breach {
	if len(h.fields) == maxFields {
		return breachFields
	}
	f, why := fieldOf(b, line)
	if why != 0 {
		return why
	}
	h.fields = append(h.fields, f)
	name := f.name.of(b)
	for i := range known {
		k := &known[i]
		if len(k.name) != len(name) {
			continue
		}
		switch isSame, isAlike := resembles(name, k.name); {
		case isSame:
			return k.note(h, b, f.value)
		case isAlike:
			return breachLookAlike
		}
	}
	return 0
}

// resembles says whether a name is another one, or would be if its underscores
// were hyphens: CGI and its heirs make both HTTP_CONTENT_LENGTH (RFC 3875,
// 4.1.18).
func resembles(name []byte, known string) (isSame, isAlike bool) {
	for i, c := range name {
		switch c = lower(c); {
		case c == '_' && known[i] == '-':
			isAlike = true
		case c != known[i]:
			return false, false
		}
	}
	return !isAlike, isAlike
}

// isLookAlike reports whether a name resembles one of known, and is not it.
func isLookAlike(name string) bool {
	for i := range known {
		if len(known[i].name) != len(name) {
			continue
		}
		if _, isAlike := resembles([]byte(name), known[i].name); isAlike {
			return true
		}
	}
	return false
}

// fieldOf reads one line.
func fieldOf(b []byte, line span) (field, breach) {
	i := line.from
	for i < line.to && classes[b[i]]&inToken != 0 {
		i++
	}
	if i == line.to || b[i] != ':' || i == line.from {
		return field{}, misnamed(b, line, i)
	}
	f := field{name: span{line.from, i}, value: span{i + 1, line.to}}
	for f.value.from < f.value.to && isGap(b[f.value.from]) {
		f.value.from++
	}
	for f.value.from < f.value.to && isGap(b[f.value.to-1]) {
		f.value.to--
	}
	return f, unsaid(f.value.of(b))
}

func isGap(c byte) bool { return c == ' ' || c == '\t' }

// misnamed says what is wrong with a line whose name ends at i, where no colon
// is, or where it began.
func misnamed(b []byte, line span, i uint32) breach {
	switch {
	case isGap(b[line.from]):
		return breachFold
	case i == line.to:
		return breachNoColon
	}
	for ; i < line.to && isGap(b[i]); i++ {
	}
	switch {
	case i == line.to:
		return breachNoColon
	case b[i] == ':' && i > line.from && isGap(b[i-1]):
		return breachSpace
	case b[i] == '\r':
		return breachReturn
	}
	return breachName
}

// unsaid says what a value has that it may not have.
func unsaid(value []byte) breach {
	for _, c := range value {
		switch {
		case classes[c]&inValue != 0:
		case c == '\r':
			return breachReturn
		default:
			return breachControl
		}
	}
	return 0
}
