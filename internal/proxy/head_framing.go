package proxy

// A framing is how the end of a body is found (RFC 9112, 6.3). The zero value
// is that there is no body.
type framing uint8

const (
	framedByNothing framing = iota
	framedByLength
	framedByChunks
	framedByClose // an answer goes on until its connection ends
	framedAsTunnel
)

// options are what a Connection says of its connection.
type options uint8

const (
	optionClose options = 1 << iota
	optionKeep
	optionUpgrade
)

// connectionOptions are the options that mean something to whoever keeps a
// connection.
var connectionOptions = []struct {
	word   string
	option options
}{
	{"close", optionClose},
	{"keep-alive", optionKeep},
	{"upgrade", optionUpgrade},
}

// indispensable are the fields that a Connection must not name: whoever obeyed
// would take away what says where a message ends, or where it goes.
var indispensable = []string{"content-length", "transfer-encoding", "host"}

// unannounced are the fields that a Trailer must not announce: they would come
// too late.
var unannounced = []string{"content-length", "transfer-encoding", "trailer"}

func (h *head) noteConnection(b []byte, value span) breach {
	for list := value.of(b); len(list) > 0; {
		var word []byte
		if word, list = element(list); len(word) == 0 {
			continue
		}
		if why := listed(word, indispensable); why != 0 {
			return why
		}
		for _, o := range connectionOptions {
			if isFolded(word, o.word) {
				h.options |= o.option
			}
		}
	}
	return 0
}

func (h *head) noteTrailer(b []byte, value span) breach {
	for list := value.of(b); len(list) > 0; {
		var word []byte
		if word, list = element(list); len(word) == 0 {
			continue
		}
		if why := listed(word, unannounced); why != 0 {
			return why
		}
	}
	return 0
}

// listed says what is wrong with the name of a field in a list.
func listed(word []byte, without []string) breach {
	if !isName(word) {
		return breachOption
	}
	for _, name := range without {
		if isFolded(word, name) {
			return breachNominated
		}
	}
	return 0
}

// noteUpgrade reads a list of NAME or NAME/VERSION (RFC 9110, 7.8).
func (h *head) noteUpgrade(b []byte, value span) breach {
	for list := value.of(b); len(list) > 0; {
		var protocol []byte
		protocol, list = element(list)
		slashes := 0
		for i, c := range protocol {
			switch {
			case c == '/' && i > 0 && i < len(protocol)-1:
				slashes++
			case classes[c]&inToken == 0:
				return breachUpgrade
			}
		}
		if slashes > 1 {
			return breachUpgrade
		}
	}
	return 0
}

func (h *head) noteLength(b []byte, value span) breach {
	if h.hasLength {
		return breachLengths
	}
	h.hasLength = true
	digits := value.of(b)
	// 18 digits are less than any integer overflows at, and more than anything
	// that was ever sent.
	if len(digits) == 0 || len(digits) > 18 || !isAll(digits, inNumber) {
		return breachLength
	}
	for _, c := range digits {
		h.length = h.length*10 + uint64(c-'0')
	}
	last := &h.fields[len(h.fields)-1].value // goes on without zeros before it, which some read as octal
	for last.to-last.from > 1 && b[last.from] == '0' {
		last.from++
	}
	return 0
}

func (h *head) noteCoding(b []byte, value span) breach {
	if h.hasCoding || !isFolded(value.of(b), "chunked") {
		return breachCoding
	}
	h.hasCoding = true
	return 0
}

// settle finds out, once all fields are read, where the message goes and ends.
func (h *head) settle(b []byte) breach {
	switch {
	case h.hasLength && h.hasCoding:
		return breachBoth
	case h.hasCoding && h.minor == 0:
		return breachOldCoding
	case h.isAnswer:
		h.frameAnswer()
		return 0
	}
	if string(h.method.of(b)) == "CONNECT" {
		if h.hasCoding || h.length > 0 {
			return breachConnect
		}
		h.framing = framedAsTunnel
		return h.address(b)
	}
	switch {
	case h.hasCoding:
		h.framing = framedByChunks
	case h.length > 0:
		h.framing = framedByLength
	}
	return h.address(b)
}

// frameAnswer follows the order of RFC 9112, 6.3.
func (h *head) frameAnswer() {
	switch {
	case h.status == 101, h.isTunnel && h.status/100 == 2:
		h.framing = framedAsTunnel
	case h.hasNoBody, h.status/100 == 1, h.status == 204, h.status == 304:
		h.framing = framedByNothing
	case h.hasCoding:
		h.framing = framedByChunks
	case !h.hasLength:
		h.framing = framedByClose
	case h.length > 0:
		h.framing = framedByLength
	}
}

// noteExpect takes the only thing that a request can expect (RFC 9110, 10.1.1).
func (h *head) noteExpect(b []byte, value span) breach {
	for list := value.of(b); len(list) > 0; {
		var word []byte
		if word, list = element(list); len(word) > 0 && !isFolded(word, "100-continue") && !h.isAnswer {
			return breachExpect
		}
	}
	return 0
}
