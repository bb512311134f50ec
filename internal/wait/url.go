package wait

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/limenhq/limen"
)

// maxBody is how much of a body is read. What is not in it is not found.
const maxBody = 1 << 20

// The statuses that are no error (RFC 9110, section 15). A redirect is an
// answer, and is not followed: where it leads is another URL.
const (
	leastStatus = 200
	mostStatus  = 399
)

// A page is a URL that is asked again and again.
type page struct {
	url    string
	expect limen.Expect
	wrong  int // how often it has answered otherwise than it should
}

// lookURL asks a URL, and holds the answer against what is expected.
func lookURL(_ Waiter, g limen.Goal) func(context.Context) sight {
	p := page{url: g.URL}
	if g.Expect != nil {
		p.expect = *g.Expect
	}
	return p.look
}

func (p *page) look(ctx context.Context) sight {
	saw, err := p.ask(ctx)
	switch {
	case err == nil:
		return sight{saw: saw, reached: true}
	case errors.Is(err, errRefused):
		return sight{saw: "connection refused", pause: quick}
	}
	// A server that is starting is asked often, and one that stays as it is
	// is left in peace.
	p.wrong++
	return sight{saw: err.Error(), pause: min(50*time.Millisecond*time.Duration(1+p.wrong/20), time.Second)}
}

// ask returns what the server answered, and as an error what is wrong with it.
func (p *page) ask(ctx context.Context) (saw string, err error) {
	res, end, err := exchange(ctx, p.url, p.expect.Insecure)
	if err != nil {
		return "", err
	}
	defer end()
	saw = "it answers " + res.Status
	from, to := leastStatus, mostStatus
	if p.expect.From != 0 {
		from, to = p.expect.From, p.expect.To
	}
	if res.StatusCode < from || res.StatusCode > to {
		return "", errors.New(saw)
	}
	if p.expect.Body == "" && p.expect.Path == "" {
		return saw, nil
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	if err != nil {
		return "", fmt.Errorf("%s, and then: %w", saw, err)
	}
	if !bytes.Contains(body, []byte(p.expect.Body)) {
		return "", fmt.Errorf("%s without %q in its body", saw, p.expect.Body)
	}
	if p.expect.Path == "" {
		return fmt.Sprintf("%s with %q", saw, p.expect.Body), nil
	}
	value, err := valueAt(body, p.expect.Path)
	switch {
	case err != nil:
		return "", fmt.Errorf("%s, and %w", saw, err)
	case p.expect.Value == "" && (value == "null" || value == "false"), p.expect.Value != "" && p.expect.Value != value:
		return "", fmt.Errorf("%s, and %s is %s", saw, p.expect.Path, short(value))
	}
	return fmt.Sprintf("%s, and %s is %s", saw, p.expect.Path, short(value)), nil
}

// short keeps what a server sends from filling a screen.
func short(s string) string {
	if len(s) > 60 {
		s = s[:60] + "…"
	}
	return fmt.Sprintf("%q", s)
}
