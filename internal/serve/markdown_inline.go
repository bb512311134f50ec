package serve

import "strings"

// A phrase is a part of a line of text (CommonMark 0.31, 6). Phrases that stand
// side by side are a list, so that some can be put into another.
type phrase struct {
	kind  phraseKind
	text  string // of text and code
	link  link
	first *phrase // what is in it
	prev  *phrase
	next  *phrase
}

type phraseKind uint8

const (
	textPhrase phraseKind = iota
	codePhrase
	softBreak
	hardBreak
	emphasisPhrase
	strongPhrase
	deletedPhrase
	linkPhrase
	imagePhrase
)

// An inliner reads the text of one block.
type inliner struct {
	text  string
	at    int
	links map[string]link

	head, tail *phrase
	signs      *sign    // of emphasis, the last one
	brackets   *bracket // that are open, the last one
	ticks      map[int]int
	endless    map[string]bool // HTML that begins so has no end from here on
}

// readInline reads the text of a block.
func readInline(source string, links map[string]link) *phrase {
	in := &inliner{text: source, links: links, endless: map[string]bool{}}
	for in.at < len(in.text) {
		if read := readers[in.text[in.at]]; read != nil {
			read(in)
			continue
		}
		end := in.at + 1
		for end < len(in.text) && readers[in.text[end]] == nil {
			end++
		}
		in.say(in.text[in.at:end])
		in.at = end
	}
	in.pair(nil)
	return in.head
}

// readers are what to do at a sign that may mean something.
var readers = [256]func(*inliner){
	'\n': (*inliner).lineBreak, '\\': (*inliner).backslash, '`': (*inliner).code, '&': (*inliner).entity,
	'*': (*inliner).emphasis, '_': (*inliner).emphasis, '~': (*inliner).emphasis,
	'[': (*inliner).open, '!': (*inliner).bang, ']': (*inliner).close, '<': (*inliner).less,
}

// add adds a phrase at the end.
func (in *inliner) add(s *phrase) *phrase {
	s.prev = in.tail
	if in.tail == nil {
		in.head = s
	} else {
		in.tail.next = s
	}
	in.tail = s
	return s
}

func (in *inliner) say(s string) *phrase { return in.add(&phrase{text: s}) }

// literal takes n bytes as they are.
func (in *inliner) literal(n int) *phrase {
	s := in.say(in.text[in.at : in.at+n])
	in.at += n
	return s
}

func (in *inliner) lineBreak() {
	kind := softBreak
	if in.tail != nil && in.tail.kind == textPhrase {
		bare := strings.TrimRight(in.tail.text, " ")
		if len(in.tail.text)-len(bare) >= 2 {
			kind = hardBreak
		}
		in.tail.text = bare
	}
	in.add(&phrase{kind: kind})
	in.at = runEnd(in.text, in.at+1, " \t")
}

func (in *inliner) backslash() {
	rest := in.text[in.at+1:]
	switch {
	case strings.HasPrefix(rest, "\n"):
		in.add(&phrase{kind: hardBreak})
		in.at = runEnd(in.text, in.at+2, " \t")
	case rest != "" && isPunctuation(rest[0]):
		in.say(rest[:1])
		in.at += 2
	default:
		in.literal(1)
	}
}

// code reads a code phrase. Where each length of a run of ticks stands last is
// looked up once, so that none is searched for in vain.
func (in *inliner) code() {
	if in.ticks == nil {
		in.ticks = map[int]int{}
		for i := 0; i < len(in.text); i++ {
			if n := runEnd(in.text, i, "`") - i; n > 0 {
				in.ticks[n] = i
				i += n
			}
		}
	}
	n := runEnd(in.text, in.at, "`") - in.at
	if in.ticks[n] <= in.at {
		in.literal(n)
		return
	}
	begin := in.at + n
	for end := begin; ; {
		end += strings.IndexByte(in.text[end:], '`')
		m := runEnd(in.text, end, "`") - end
		if m == n {
			in.add(&phrase{kind: codePhrase, text: trimCode(in.text[begin:end])})
			in.at = end + n
			return
		}
		end += m
	}
}

// trimCode takes a space off either end, where there is more than space.
func trimCode(s string) string {
	s = strings.ReplaceAll(s, "\n", " ")
	if len(s) > 2 && s[0] == ' ' && s[len(s)-1] == ' ' && strings.Trim(s, " ") != "" {
		return s[1 : len(s)-1]
	}
	return s
}

func (in *inliner) entity() {
	s, n := entity(in.text[in.at:])
	in.say(s)
	in.at += n
}

// less reads what is between < and >: an address, or HTML, which is left out.
func (in *inliner) less() {
	rest := in.text[in.at:]
	if end := strings.IndexAny(rest[1:], "<> \t\n"); end > 0 && rest[1+end] == '>' {
		inner := rest[1 : 1+end]
		if to, ok := address(inner); ok {
			in.add(&phrase{kind: linkPhrase, link: link{to: to}, first: &phrase{text: inner}})
			in.at += end + 2
			return
		}
	}
	begins := rest[:min(2, len(rest))]
	n := 0
	if !in.endless[begins] {
		n = tagSize(rest)
		in.endless[begins] = n == 0 && (begins == "<!" || begins == "<?")
	}
	if n == 0 {
		in.literal(1)
		return
	}
	in.at += n
}
