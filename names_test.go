package limen_test

import (
	"encoding"
	"fmt"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

// enumeration is one of the root package's enumerations, by its numbers.
type enumeration struct {
	name  string
	words string // of the values that have one, in order
	text  func(uint8) encoding.TextMarshaler
	read  func(string) (uint8, error)
}

// enum makes an enumeration of type T.
func enum[T interface {
	~uint8
	fmt.Stringer
	encoding.TextMarshaler
}, P interface {
	*T
	encoding.TextUnmarshaler
}](words string) enumeration {
	return enumeration{
		fmt.Sprintf("%T", T(0)), words,
		func(n uint8) encoding.TextMarshaler { return T(n) },
		func(s string) (uint8, error) {
			v := T(255)
			err := P(&v).UnmarshalText([]byte(s))
			return uint8(v), err
		},
	}
}

// The words are in JSON, in scripts and in people's fingers: one may be added
// at the end, none may change.
var enumerations = []enumeration{
	enum[limen.Transport]("tcp udp"),
	enum[limen.Family]("ipv4 ipv6"),
	enum[limen.State]("listening bound open established syn-sent syn-received fin-wait-1 fin-wait-2 time-wait close-wait last-ack closing"),
	enum[limen.Reach]("self machine network world"),
	enum[limen.Role]("sole master worker peer"),
	enum[limen.Proof]("proved candidate"),
	enum[limen.Authentication]("unknown none required"),
	enum[limen.Confidence]("guessed told proved"),
	enum[limen.Range]("system user dynamic"),
	enum[limen.GoalState]("ready closed free"),
	enum[limen.Outcome]("ready timeout pointless"),
	enum[limen.AppState]("waiting starting ready restarting looping stopping stopped ended failed"),
	enum[limen.AppChange]("launched opened answered closed finished moved printed noted named"),
	enum[limen.Part]("silent service other"),
	enum[limen.Stream]("out err"),
	enum[limen.Level]("debug info warn error"),
	enum[limen.Task]("sockets holders changes"),
	enum[limen.Grant]("bind capability system manager inherited elsewhere"),
	enum[limen.RouteSource]("observed run typed"),
	enum[limen.RouteState]("live absent hidden asleep"),
	enum[limen.TappedKind]("opened exchange frame missed document"),
	enum[limen.FrameKind]("text binary ping pong close event"),
	enum[limen.SourceUse]("served partly refused spare"),
	enum[limen.Kind]("internal invalid not-found denied busy unsupported"),
}

func TestEveryWordAndItsValueUndoEachOther(t *testing.T) {
	for _, e := range enumerations {
		var words []string
		for n := range 255 {
			b, err := e.text(uint8(n)).MarshalText()
			if err != nil {
				continue
			}
			words = append(words, string(b))
			if got := fmt.Sprint(e.text(uint8(n))); got != string(b) {
				t.Errorf("%s %d: its String is %q and its text %q", e.name, n, got, b)
			}
			if got, err := e.read(string(b)); got != uint8(n) || err != nil {
				t.Errorf("%s: %q was read as %d, %v, want %d", e.name, b, got, err, n)
			}
		}
		if got := strings.Join(words, " "); got != e.words {
			t.Errorf("%s has the words %q, want %q", e.name, got, e.words)
		}
	}
}

func TestAWordOfNoValueIsRefusedWithTheWordsThereAre(t *testing.T) {
	for _, e := range enumerations {
		for _, s := range []string{"", "nope", strings.ToUpper(strings.Fields(e.words)[0])} {
			n, err := e.read(s)
			if err == nil {
				t.Errorf("%s: %q was read as %d", e.name, s, n)
				continue
			}
			for _, word := range strings.Fields(e.words) {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("%s: %q is refused without naming %q: %v", e.name, s, word, err)
				}
			}
		}
	}
}

func TestAValueOfNoWordIsShownByItsNumber(t *testing.T) {
	for _, e := range enumerations {
		typeName := strings.TrimPrefix(e.name, "limen.")
		if got, want := fmt.Sprint(e.text(200)), typeName+"(200)"; got != want {
			t.Errorf("%s: 200 is shown as %q, want %q", e.name, got, want)
		}
	}
}
