package proxy

import "strings"

// A fate is what becomes of a field on its way, and what has to be known of it
// before.
type fate uint16

const (
	fateHop  fate = 1 << iota // is about one connection alone: one of hops
	fateKept                  // is not taken away by Connection: one of kept
	fateWord                  // tells of the way so far: one of words
	fateHost                  // and the rest by name
	fateConnection
	fateLength
	fateTE
	fateTrailer
	fateRare // makes a request one for the long way
	fateDate
	fateLocation
	fateCookie
)

// singled are the fields that mean something by themselves, in lower case.
var singled = map[string]fate{
	"host": fateHost, "connection": fateConnection, "content-length": fateLength, "te": fateTE, "trailer": fateTrailer,
	"expect": fateRare, "via": fateRare,
	"date": fateDate, "location": fateLocation, "content-location": fateLocation, "set-cookie": fateCookie,
}

// fates are those of all fields that have one, by their names in lower case.
var fates = gatherFates()

func gatherFates() map[string]fate {
	all := map[string]fate{}
	for _, part := range []struct {
		names map[string]bool
		fate  fate
	}{{hops, fateHop}, {kept, fateKept}, {words, fateWord}} {
		for name := range part.names {
			all[strings.ToLower(name)] |= part.fate
		}
	}
	for name, f := range singled {
		all[name] |= f
	}
	return all
}

// fateRoom is longer than any name that has a fate.
const fateRoom = 32

// initials are the letters that names with a fate begin with, by how long they
// are: most fields have none, and that shows without a look at all of the name.
var initials = gatherInitials()

func gatherInitials() (all [fateRoom]uint32) {
	for name := range fates {
		all[len(name)] |= 1 << (name[0] & 31)
	}
	return all
}

// forwardedWord is how the fields begin that are words whatever follows; see isWord.
const forwardedWord = "x-forwarded"

// fateOf returns the fate of a field. It is the one that dropHops and isWord know.
func fateOf(name []byte) fate {
	initial := uint32(1) << (name[0] & 31)
	mayForward := len(name) >= len(forwardedWord) && lower(name[0]) == 'x'
	if !mayForward && (len(name) >= fateRoom || initials[len(name)]&initial == 0) {
		return 0
	}
	var room [fateRoom]byte
	n := min(len(name), fateRoom)
	isOdd := false // has what some take for a hyphen
	for i, c := range name[:n] {
		if c = lower(c); c == '_' || c == '.' {
			c, isOdd = '-', true
		}
		room[i] = c
	}
	f := fate(0)
	if len(name) < fateRoom {
		f = fates[string(room[:n])]
	}
	if mayForward && string(room[:len(forwardedWord)]) == forwardedWord {
		f |= fateWord
	}
	if isOdd {
		f &= fateWord
	}
	return f
}
