package probe

// A signature is how a product writes its name, and perhaps its version, into
// a banner: what the first group matches.
type signature struct {
	product string
	says    *pattern
}

// signed returns the product and version that text is signed with, if any.
func signed(text string, by []signature) (product, version string) {
	for _, s := range by {
		m := s.says.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		if len(m) > 1 {
			version = m[1]
		}
		return s.product, version
	}
	return "", ""
}
