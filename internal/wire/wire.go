// Package wire carries verbs between processes of one machine: one serves a
// table of them on a Unix socket, and to whoever dials it the socket is a Place
// like any other.
//
// The protocol is HTTP/1.1. A verb is asked for by POST /v1/NAME with the
// question as JSON, and answered with JSON; an error has the status of its
// Kind. A feed is answered with one record per line, and the last one says that
// it is over, or why: what ends without it was cut.
//
// Whoever answers says something every few seconds, if only that it lives: 102
// (Processing, RFC 2518 section 10.1) before an answer, an empty line between
// two records. Whoever asks and wants no more closes its half of the
// connection, and still hears what came of it.
//
// The socket lies in a directory that only its owner can enter, and both ends
// look at who the other is: the same user, or root. On Windows the kernel does
// not say who that is; there the directory has to lie in the user's profile,
// which others cannot enter.
package wire

import "time"

// version is said in the header of every answer. It changes with the frames,
// not with the verbs and nouns, which only grow.
const (
	version       = "1"
	versionHeader = "Limen-Wire"
	root          = "/v" + version + "/" // before the name of a verb
	host          = "limen"              // no browser asks for it by this name
)

// What is sent: one JSON text, or one after another, each on a line of its own.
const (
	oneText = "application/json"
	lines   = "application/x-ndjson"
)

// Bounds. An answer may be a large machine's list; a question is typed, and may have the
// body of a request with it.
const (
	maxQuestion = 8 << 20
	maxItem     = 16 << 20
	maxAnswer   = 128 << 20
	maxHead     = 16 << 10
)

// A pace says how long one end waits for the other.
type pace struct {
	beat     time.Duration // between two signs of life
	silence  time.Duration // that whoever asks takes for life
	asking   time.Duration // until a question has arrived whole
	patience time.Duration // for what was told to end, and may have a last word
	parting  time.Duration // for what was told to end, and whose last word nobody wants
}

// usual is the pace of all but tests. Six beats may be missed, as on a machine
// that swaps.
var usual = pace{
	beat: 5 * time.Second, silence: 30 * time.Second, asking: 10 * time.Second,
	patience: 10 * time.Second, parting: time.Second,
}

func now() time.Time { return time.Now() }
