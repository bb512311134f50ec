package view

// A style is how a terminal shows text: a parameter of Select Graphic
// Rendition (ECMA-48, section 8.3.117). The zero value changes nothing.
type style string

const (
	bold   style = "1"
	dim    style = "2"
	red    style = "31"
	green  style = "32"
	yellow style = "33"
)

// paint returns text in a style, if there are colours at all.
func (o Options) paint(s style, text string) string {
	if !o.Color || s == "" || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}
