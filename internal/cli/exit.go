package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/limenhq/limen"
)

// An exit is what a number says to whoever started limen.
type exit struct {
	code  int
	kind  error // what errors.Is finds
	means string
}

// exits are all exit codes but 0, which means that the question was answered:
// also with "nothing listens here" and "the port is taken", because both are
// answers and stand in the output. The first one is for every failure that no
// other explains.
var exits = []exit{
	{1, limen.Internal, "limen's own fault; it says where to report it"},
	{2, limen.Invalid, "the request makes no sense; usage is shown"},
	{3, limen.NotFound, "nothing there"},
	{4, limen.Denied, "not with these rights"},
	{5, limen.Busy, "someone else has it"},
	{6, limen.Unsupported, "not on this system"},
	{124, errTimedOut, "the time was over, of limen wait"},
	{126, coded{code: 126}, "the program of limen run cannot be run"},
	{127, coded{code: 127}, "the program of limen run is not there"},
	{130, context.Canceled, "stopped by Ctrl-C or a signal, without an answer"}, // 128 and SIGINT, as shells count
}

// An ending is an exit code beside which nothing is left to say.
type ending struct{ code int }

func (e ending) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// The endings of limen wait, which has said why.
var (
	errPointless error = ending{1}
	errTimedOut  error = ending{124} // as timeout(1) counts
)

func isEnding(err error) bool { return errors.As(err, new(ending)) }

// exitCode returns the exit code of what came of a command.
func exitCode(err error) int {
	var last ending
	var own coded
	switch {
	case err == nil, isPipeGone(err):
		return 0
	case errors.As(err, &last):
		return last.code
	case errors.As(err, &own):
		return own.code
	}
	for _, e := range exits {
		if errors.Is(err, e.kind) {
			return e.code
		}
	}
	return exits[0].code
}

// exitEntries are the exit codes as help lists them.
func exitEntries() []entry {
	all := []entry{{"0", "the question was answered, whatever the answer is"}}
	for _, e := range exits {
		all = append(all, entry{fmt.Sprint(e.code), e.means})
	}
	return all
}

// isPipeGone reports whether whoever read the answer has closed the pipe, as
// head does when it has enough. That is nobody's fault.
func isPipeGone(err error) bool {
	for _, gone := range pipeGone {
		if errors.Is(err, gone) {
			return true
		}
	}
	return false
}

// explain makes an error of three parts of one that nobody below could explain.
func explain(err error) error {
	var known *limen.Error
	if errors.As(err, &known) && (known.Kind != limen.Internal || known.Next != "") {
		return known
	}
	return &limen.Error{
		Kind: limen.Internal, What: "cannot go on", Why: err.Error(),
		Next: "if this looks like limen's fault, report it: https://github.com/limenhq/limen/issues",
	}
}

// each returns the errors that were joined, where each is one of three parts, as
// all mistakes of a file are.
func each(err error) (all []error) {
	several, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	for _, one := range several.Unwrap() {
		if !errors.As(one, new(*limen.Error)) {
			return []error{err}
		}
		all = append(all, each(one)...)
	}
	return all
}
