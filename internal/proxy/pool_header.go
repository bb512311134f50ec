package proxy

import "net/http"

// headerOf makes a header of a head that was read from b, with the names in their
// canonical form. All of it lies in two pieces of memory.
func headerOf(h *head, b []byte) http.Header {
	words, text := h2Words(), string(b)
	header := make(http.Header, len(h.fields))
	values := make([]string, 0, len(h.fields))
	for _, f := range h.fields {
		name := words.canonical(text[f.name.from:f.name.to])
		value := text[f.value.from:f.value.to]
		if all, isThere := header[name]; isThere {
			header[name] = append(all, value)
			continue
		}
		values = append(values, value)
		header[name] = values[len(values)-1 : len(values) : len(values)]
	}
	return header
}

// canonical is http.CanonicalHeaderKey.
func (v *h2Vocabulary) canonical(name string) string {
	if _, isThat := v.sent[name]; isThat {
		return name
	}
	if came, ok := v.came[name]; ok {
		return came.canonical
	}
	return http.CanonicalHeaderKey(name)
}
