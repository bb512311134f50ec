package probe

import (
	"html"
	"net/http"
	"strings"
	"unicode"
)

// mostTitle is how many letters of a title are kept.
const mostTitle = 120

// notTitle is what may hold a title that is not the page's own: comments,
// scripts, styles and drawings, whole or cut off.
var notTitle = newPattern(`(?is)<!--.*?(?:-->|$)|<script\b.*?(?:</script|$)|<style\b.*?(?:</style|$)|<svg\b.*?(?:</svg|$)`)

var titleElement = newPattern(`(?is)<title(?:\s[^>]*)?>(.*?)</title`)

// title returns what a page calls itself, on one line, or nothing.
func title(r *Reply) string {
	kind := strings.ToLower(r.Header.Get("Content-Type"))
	if kind != "" && !strings.Contains(kind, "html") || r.Header.Get("Content-Encoding") != "" {
		return ""
	}
	m := titleElement.FindSubmatch(notTitle.ReplaceAll(r.Body, nil))
	if m == nil {
		return ""
	}
	return oneLine(html.UnescapeString(strings.ToValidUTF8(string(m[1]), "\ufffd")))
}

// ownTitle is the title of a page that was asked for. That of an error is the
// error's.
func ownTitle(r *Reply) string {
	if r.Status != http.StatusOK {
		return ""
	}
	return title(r)
}

// oneLine makes text short, with single spaces and nothing that cannot be
// seen. What is left may still be meant to mislead, and is foreign.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsGraphic(r):
			return -1
		}
		return r
	}, text)
	letters := []rune(strings.Join(strings.Fields(text), " "))
	return string(letters[:min(len(letters), mostTitle)])
}
