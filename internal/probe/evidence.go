package probe

import "strconv"

// mostEvidence is how much of what a server said is shown as proof.
const mostEvidence = 160

// quote returns text as a proof that can be read: short, on one line, and with
// every byte that is no letter as an escape.
func quote(text string) string {
	if len(text) > mostEvidence {
		text = text[:mostEvidence]
	}
	q := strconv.QuoteToASCII(text)
	return q[1 : len(q)-1]
}
