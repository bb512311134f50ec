package nettest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// A shape is the members that a part of an archive has: "s" is a text, "n" a number,
// "b" a truth, "t" a time. Those that end in a question mark are optional.
type shape map[string]any

// Shapes of the specification (W3C Web Performance, "HTTP Archive (HAR) format").
var (
	pair    = shape{"name": "s", "value": "s", "comment?": "s"}
	cookie  = shape{"name": "s", "value": "s", "path?": "s", "domain?": "s", "expires?": "s", "httpOnly?": "b", "secure?": "b", "comment?": "s"}
	archive = shape{"log": shape{
		"version": "s", "creator": shape{"name": "s", "version": "s", "comment?": "s"}, "comment?": "s",
		"entries": []any{shape{
			"startedDateTime": "t", "time": "n", "cache": shape{"comment?": "s"}, "serverIPAddress?": "s", "connection?": "s", "comment?": "s",
			"request": shape{
				"method": "s", "url": "s", "httpVersion": "s", "cookies": []any{cookie}, "headers": []any{pair}, "queryString": []any{pair},
				"postData?": shape{"mimeType": "s", "params": []any{pair}, "text": "s", "comment?": "s"}, "headersSize": "n", "bodySize": "n", "comment?": "s",
			},
			"response": shape{
				"status": "n", "statusText": "s", "httpVersion": "s", "cookies": []any{cookie}, "headers": []any{pair},
				"content":     shape{"size": "n", "mimeType": "s", "text?": "s", "encoding?": "s", "compression?": "n", "comment?": "s"},
				"redirectURL": "s", "headersSize": "n", "bodySize": "n", "comment?": "s",
			},
			"timings": shape{"send": "n", "wait": "n", "receive": "n", "blocked?": "n", "dns?": "n", "connect?": "n", "ssl?": "n", "comment?": "s"},
		}},
	}}
)

// CheckArchive fails the test if a text is no HTTP Archive as the specification has it.
func CheckArchive(t testing.TB, text []byte) {
	t.Helper()
	var value any
	err := json.Unmarshal(text, &value)
	if err == nil {
		err = check("", value, archive)
	}
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

// check says what is wrong with a part of an archive.
func check(at string, value, want any) error {
	switch want := want.(type) {
	case string:
		return checkPlain(at, value, want)
	case []any:
		list, ok := value.([]any)
		if !ok {
			return fmt.Errorf("%s is no list but %v", at, value)
		}
		for i, one := range list {
			if err := check(fmt.Sprintf("%s[%d]", at, i), one, want[0]); err != nil {
				return err
			}
		}
		return nil
	}
	object, ok := value.(map[string]any)
	if !ok {
		return fmt.Errorf("%s is no object but %v", at, value)
	}
	known := map[string]bool{}
	for name, inner := range want.(shape) {
		name, isOptional := strings.CutSuffix(name, "?")
		known[name] = true
		if member, is := object[name]; is {
			if err := check(at+"."+name, member, inner); err != nil {
				return err
			}
		} else if !isOptional {
			return fmt.Errorf("%s has no %s", at, name)
		}
	}
	for name := range object {
		if !known[name] && !strings.HasPrefix(name, "_") { // those are anybody's
			return fmt.Errorf("%s has a %s, which nobody knows", at, name)
		}
	}
	return nil
}

func checkPlain(at string, value any, want string) error {
	is := ""
	switch value := value.(type) {
	case string:
		if is = "s"; want == "t" {
			if _, err := time.Parse(time.RFC3339Nano, value); err == nil {
				is = "t"
			}
		}
	case float64:
		is = "n"
	case bool:
		is = "b"
	}
	if is != want {
		return fmt.Errorf("%s is %v", at, value)
	}
	return nil
}
