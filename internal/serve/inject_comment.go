package serve

// The steps through a comment before a doctype, as browsers take them (HTML,
// 13.2.5.43 to 13.2.5.52): it ends with "-->" or "--!>", and may be nothing but
// "<!-->" or "<!--->".

// A turn is where a comment goes on behind a character.
type turn struct {
	on   byte
	next step
}

// follow reads one character of a comment.
func follow(b []byte, otherwise step, turns ...turn) (int, step) {
	for _, t := range turns {
		if b[0] == t.on {
			return 1, t.next
		}
	}
	return 1, otherwise
}

// atComment reads behind "<!--".
func atComment(_ *placer, b []byte) (int, step) {
	return follow(b, inComment, turn{'>', atBlank}, turn{'-', atCommentDash})
}

// atCommentDash reads behind "<!---".
func atCommentDash(_ *placer, b []byte) (int, step) {
	return follow(b, inComment, turn{'>', atBlank}, turn{'-', behindDashes})
}

// inComment reads what a comment says.
func inComment(_ *placer, b []byte) (int, step) {
	return follow(b, inComment, turn{'-', behindDash})
}

// behindDash reads behind a "-".
func behindDash(_ *placer, b []byte) (int, step) {
	return follow(b, inComment, turn{'-', behindDashes})
}

// behindDashes reads behind "--", or more of them.
func behindDashes(_ *placer, b []byte) (int, step) {
	return follow(b, inComment, turn{'>', atBlank}, turn{'-', behindDashes}, turn{'!', behindBang})
}

// behindBang reads behind "--!".
func behindBang(_ *placer, b []byte) (int, step) {
	return follow(b, inComment, turn{'>', atBlank}, turn{'-', behindDash})
}
