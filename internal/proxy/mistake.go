package proxy

import (
	"errors"
	"fmt"

	"github.com/limenhq/limen"
)

// A goroutine that panics ends the program, and with it all that others are being
// answered. So each goroutine ends what it is for, and nothing else.

// errMistake is of a request that has come upon a mistake of ours.
var errMistake = errors.New("limen has made a mistake")

// attempt does something that gives up with errMistake when there is a mistake in it,
// which it tells.
func attempt(what string, tell func(limen.Gap), do func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			tell(mistake(what, v))
			err = errMistake
		}
	}()
	return do()
}

// mistake says what became of something because of a panic, while that is recovered
// from.
func mistake(what string, v any) limen.Gap {
	return limen.Gap{
		What: what,
		Why:  fmt.Sprintf("limen has a mistake at %s: %.500v", culprit(), v),
		Next: "report it, with this line",
	}
}
