package redact

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestSecretsAreTakenOutWhereverTheyStand(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"Authorization", "Bearer abc.def", "Bearer REDACTED"},
		{"authorization", "sesame", "REDACTED"},
		{"Proxy-Authorization", "Basic YTpi", "Basic REDACTED"},
		{"Cookie", "sid=1; theme=dark; nameless", "sid=REDACTED; theme=REDACTED; REDACTED"},
		{"Set-Cookie", "nameless; Path=/", "REDACTED; Path=/"},
		{"Set-Cookie", "sid=abc=; Path=/; HttpOnly", "sid=REDACTED; Path=/; HttpOnly"},
		{"Set-Cookie", "sid=abc", "sid=REDACTED"},
		{"X-Api-Key", "abc", "REDACTED"},
		{"X-CSRF-Token", "abc", "REDACTED"},
		{"X-Amz-Security-Token", "abc", "REDACTED"},
		{"Location", "http://x/cb?code=abc&state=s&page=2#access_token=t&x=1", "http://x/cb?code=REDACTED&state=REDACTED&page=2#access_token=REDACTED&x=1"},
		{"Referer", "http://x/?token=abc", "http://x/?token=REDACTED"},
		{"X-Note", "use Bearer abcdefghij now", "use Bearer REDACTED now"},
		{"X-Upstream", "postgres://ann:secret@db/x", "postgres://REDACTED@db/x"},
		{"Content-Type", "application/json", "application/json"},
		{"Accept-Language", "en", "en"},
		{"X-Author", "ann", "ann"},
		{"X-Auth", "abc", "REDACTED"},
		{"Sec-WebSocket-Protocol", "graphql-transport-ws, 0123456789abcdef0123456789abcdef", "graphql-transport-ws, REDACTED"},
	} {
		if got := Header(c.name, c.value); got != c.want {
			t.Errorf("%s: %s is kept as %q; want %q", c.name, c.value, got, c.want)
		}
	}
	for address, want := range map[string]string{
		"http://localhost/a?x=1&api_key=abc&Access%54oken=t&y":       "http://localhost/a?x=1&api_key=REDACTED&Access%54oken=REDACTED&y",
		"https://ann:secret@host/x":                                  "https://REDACTED@host/x",
		"https://host/a@b?c=d":                                       "https://host/a@b?c=d",
		"http://h/reset/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln/x": "http://h/reset/REDACTED/x",
		"http://h/?pageToken=abc&max_tokens=5":                       "http://h/?pageToken=REDACTED&max_tokens=5",
	} {
		if got := URL(address); got != want {
			t.Errorf("%s is kept as %s; want %s", address, got, want)
		}
	}
	for _, c := range []struct{ contentType, body, want string }{
		{"application/json", `{"user":"ann", "password" : "a\"b", "n":1}`, `{"user":"ann", "password" : "REDACTED", "n":1}`},
		{"application/json", `{"tokens":{"accessToken":"x","refresh_token":["y",{"z":1}],"token_type":"bearer"}}`, `{"tokens":{"accessToken":"REDACTED","refresh_token":"REDACTED","token_type":"bearer"}}`},
		{"application/json", `[{"apiKey":12345},{"secret":null},{"pin":""},{"otp":1.5e3}]`, `[{"apiKey":"REDACTED"},{"secret":null},{"pin":""},{"otp":"REDACTED"}]`},
		{"application/json", `{"log":"{\"password\": \"x\", \"in\":\"[{\\\"pin\\\":1}]\"}","token_type":"{\"a\":1}"}`, `{"log":"{\"password\": \"REDACTED\", \"in\":\"[{\\\"pin\\\":\\\"REDACTED\\\"}]\"}","token_type":"{\"a\":1}"}`},
		{"application/json", `{"p\u0061ssword":"x"}`, `{"p\u0061ssword":"REDACTED"}`},
		{"application/json", `{"password":"cut in the mid`, `{"password":"REDACTED"`},
		{"application/json", `{"client_secret":{"deep":[1,"}"`, `{"client_secret":"REDACTED"`},
		{"application/json", `{"code":404,"total_tokens":12,"note":"password: no"}`, `{"code":404,"total_tokens":12,"note":"password: no"}`},
		{"application/problem+json; charset=utf-8", `{"session":"x"}`, `{"session":"REDACTED"}`},
		{"", `{"password":"x"}`, `{"password":"REDACTED"}`},
		{"text/plain;charset=UTF-8", ` {"password":"x"}`, ` {"password":"REDACTED"}`},
		{"text/event-stream", "data: {\"token\":\"x\"}\n\n", "data: {\"token\":\"REDACTED\"}\n\n"},
		{"text/javascript", `a={"token":"x"}`, `a={"token":"x"}`},
		{"text/xml", `<s:Login a="1"><s:Password Type="t">secret</s:Password><User>ann</User></s:Login>`, `<s:Login a="1"><s:Password Type="t">REDACTED</s:Password><User>ann</User></s:Login>`},
		{"application/soap+xml", `<t:password/><t:token>cut in the mid`, `<t:password/><t:token>REDACTED`},
		{"Application/X-WWW-Form-URLEncoded", "pin=1&next=/cb%3Fcode", "pin=REDACTED&next=/cb%3Fcode"},
		{"application/x-www-form-urlencoded", "user=ann&password=a%26b&grant_type=x", "user=ann&password=REDACTED&grant_type=x"},
		{"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nsecret\r\n--b\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nann\r\n--b--\r\n",
			"--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nREDACTED\r\n--b\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nann\r\n--b--\r\n"},
		{"text/plain", "key ghp_abcdefghijklmnop1234 and sk-abcdefghijkl1234", "key REDACTED and REDACTED"},
		{"text/plain", "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\n", "REDACTED\n"},
		{"text/html", `<a href="/x?token=abc">`, `<a href="/x?token=REDACTED">`},
	} {
		if got := string(Body(c.contentType, []byte(c.body))); got != c.want {
			t.Errorf("%s %s is kept as %s; want %s", c.contentType, c.body, got, c.want)
		}
	}
}

// What was JSON is JSON, no value of a secret's name is left, and what was
// looked through once stays as it is.
func FuzzRedactJSON(f *testing.F) {
	for _, s := range []string{`{"password":"x"}`, `{"a":{"token":[1,{"b":"]"}]}}`, `{"secret":`, `"token":1`, `{"token":}`, `{"token" : -1 , "x":2}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := JSON([]byte(text))
		if again := JSON(got); json.Valid([]byte(text)) && string(again) != string(got) {
			t.Fatalf("%q became %q, and then %q", text, got, again)
		}
		if !json.Valid([]byte(text)) {
			return
		}
		var value any
		d := json.NewDecoder(bytes.NewReader(got))
		d.UseNumber() // some are larger than any of ours
		if err := d.Decode(&value); err != nil {
			t.Fatalf("%q became %q: %v", text, got, err)
		}
		if left := secretLeft(value); left != "" {
			t.Fatalf("%q became %q, and %s is left", text, got, left)
		}
	})
}

// secretLeft is the name of a secret whose value is still there.
func secretLeft(value any) string {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			_, isBool := inner.(bool)
			if IsSecret(name) && inner != Word && inner != nil && inner != "" && !isBool {
				return name
			}
			if left := secretLeft(inner); left != "" {
				return left
			}
		}
	case []any:
		for _, inner := range v {
			if left := secretLeft(inner); left != "" {
				return left
			}
		}
	}
	return ""
}

func FuzzRedactText(f *testing.F) {
	f.Add("http://u:p@h/?token=x#code=y", "application/x-www-form-urlencoded")
	f.Add("--b\r\nContent-Disposition: form-data; name=\"pin\"\r\n\r\n1\r\n--b", "multipart/form-data; boundary=b")
	f.Fuzz(func(t *testing.T, text, contentType string) {
		if got := Body(contentType, []byte(text)); len(got) > len(Word)*(len(text)+1) {
			t.Fatalf("%d bytes became %d", len(text), len(got))
		}
		if got := URL("http://h/?password=" + strings.NewReplacer("&", "", "#", "").Replace(text)); strings.Contains(got, "password=") && !strings.Contains(got, "password="+Word) {
			t.Fatalf("%q is kept as %q", text, got)
		}
	})
}
