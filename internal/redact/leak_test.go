package redact

import (
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

// Each row has "hush" for a secret, and what has to stay.
func TestSecretsAreFoundInTheFormsThatProgramsHave(t *testing.T) {
	const form = "--b\r\nContent-Disposition: form-data; name=password\r\n\r\nhush\n--hush\r\n--b\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n{\"token\":\"hush\",\"a\":1}\r\n--b--\r\n"
	for _, c := range []struct{ contentType, body, kept string }{
		{"application/x-www-form-urlencoded", "username=ann&password1=hush&password2=hush", "ann"},                                                  // Django
		{"application/x-www-form-urlencoded", "user%5Bpassword_confirmation%5D=hush&user%5Bname%5D=ann", "ann"},                                     // Rails
		{"application/x-www-form-urlencoded", "payload=%7B%22token%22%3A%22hush%22%2C%22team%22%3A%22ann%22%7D", "ann"},                             // Slack
		{"application/x-www-form-urlencoded", "next=https%3A%2F%2Fh%2Fcb%3Fa%3D1%26token%3Dhush&b=ann", "ann"},                                      // back to an address
		{"application/json", `{"query":"mutation { login(name:\"ann\", password: \"hush\") { id } }"}`, `name:\"ann\"`},                             // GraphQL
		{"application/json", `{"next":"https://h/?a=ann\u0026token=hush"}`, "ann"},                                                                  // encoding/json
		{"application/json", `{"msg":"user ann {\"token\":\"hush\"}"}`, "user ann"},                                                                 // a log
		{"application/json", `{"code_verifier":"hush","title":"your password:","x":"ann"}`, `"title":"your password:","x":"ann"`},                   // PKCE
		{"text/html", `<a href="/x?a=ann&amp;token=hush"><input type=hidden name="authenticity_token" value="hush">`, "ann"},                        // Rails
		{"text/html", `<meta name="csrf-token" content="hush"><script>key="ann";x={"accessToken":"hush"}</script>`, `key="ann"`},                    // Laravel, Next.js
		{"text/xml", `<Password><![CDATA[hu<sh hush]]></Password><User>ann</User><db password="hush"/>`, "ann"},                                     // SOAP
		{"", `<Login><Password>hush</Password><User>ann</User></Login>`, "ann"},                                                                     // and without a type
		{"application/yaml", "user: ann\npassword: hush\n- apiKey: 'hush'\nsecret: |\n  hush\n\n  hush\nlast: 1\n", "user: ann"},                    // settings
		{"text/plain", "USER=ann\nexport\nAPI_KEY=hush\nlet password = \"hush\"\n", "ann"},                                                          // .env
		{"multipart/form-data; boundary=b", form, `"a":1`},                                                                                          // .NET, GraphQL with files
		{"text/plain", "https://h/app;jsessionid=hush?x=ann /y?PHPSESSID=hush", "x=ann"},                                                            // Java, PHP
		{"application/graphql", `mutation { login(name: "ann", password: "hush") }`, "ann"},                                                         // in its own type
		{"text/plain", `Parameters: {"user"=>"ann", "password"=>"hush"}`, "ann"},                                                                    // a log of Rails
		{"text/javascript", `for(;;){key="ann";token=f("x");state=1}`, `key="ann";token=f("x");state=1`},                                            // a program stays one
		{"text/plain", `password: ""` + "\n" + `x = token("ann")` + "\ntitle: the password: ann", "\nx = token(\"ann\")\ntitle: the password: ann"}, // nothing is one
	} {
		got := string(Body(c.contentType, []byte(c.body)))
		if strings.Contains(got, "hush") || !strings.Contains(got, c.kept) {
			t.Errorf("%s %s is kept as %s", c.contentType, c.body, got)
		}
		if again := string(Body(c.contentType, []byte(got))); again != got {
			t.Errorf("%s became %s, and then %s", c.body, got, again)
		}
	}
}

func TestSecretsAreFoundInFieldsAndAddresses(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"X-Hub-Signature-256", "sha256=ab", "REDACTED"},
		{"Ocp-Apim-Subscription-Key", "ab", "REDACTED"},
		{"x-auth-token-bin", "ab", "REDACTED"},
		{"X_API_KEY", "ab", "REDACTED"},
		{"Sec-WebSocket-Protocol", "access_token, ab, chat", "access_token, REDACTED, chat"},
		{"Referer", "https://h/a?next=%2Fb%3Fx%3D1%26token%3Dab%26y%3D2", "https://h/a?next=%2Fb%3Fx%3D1%26token%3DREDACTED%26y%3D2"},
		{"Referer", "https://h/a?next=%252Fb%253Ftoken%253Dab", "https://h/a?next=%252Fb%253Ftoken%253DREDACTED"},
		{"Content-Type", "multipart/form-data; boundary=key", "multipart/form-data; boundary=key"},
		{"Sec-Fetch-Mode", "cors", "cors"},
		{"Idempotency-Hint", "a=1;b=2", "a=1;b=2"},
	} {
		if got := Header(c.name, c.value); got != c.want {
			t.Errorf("%s: %s is kept as %q; want %q", c.name, c.value, got, c.want)
		}
	}
	for address, want := range map[string]string{
		`http://h/graphql?query=%7Blogin(password:%22ab%22)%7D&x=1`: "http://h/graphql?query=%7Blogin%28password%3A%22REDACTED%22%29%7D&x=1",
		"http://h/a;jsessionid=ab/b?c=d":                            "http://h/a;jsessionid=REDACTED?c=d",
		"http://h/?":                                                "http://h/?",
		"http://h/?q=a+b%20c":                                       "http://h/?q=a+b%20c",
	} {
		if got := URL(address); got != want {
			t.Errorf("%s is kept as %s; want %s", address, got, want)
		}
	}
}

func TestSecretsAreFoundInMessages(t *testing.T) {
	for _, text := range []string{
		"CONNECT\nlogin:ann\npasscode:hush\n\n\x00",
		`42["auth",{"token":"hush","name":"ann"}]`,
		`{"type":"connection_init","payload":{"Authorization":"hush","name":"ann"}}`,
		"token=hush\nname=ann",
		"event: ann\ndata: {\"pin\":[\"hush\"]}",
	} {
		if got := string(Frame(limen.Frame{Body: []byte(text)}).Body); strings.Contains(got, "hush") || !strings.Contains(got, "ann") {
			t.Errorf("%q is kept as %q", text, got)
		}
	}
}

func TestSecretsAreFoundInCommands(t *testing.T) {
	for _, row := range [][2]string{
		{"--header=X-Api-Key: hush", "--header=X-Api-Key: REDACTED"},
		{"-HCookie: a=hush", "-HCookie: a=REDACTED"},
		{"-uann:hush", "-uREDACTED"},
		{"--user=ann:hush", "--user=REDACTED"},
		{`{"token":"hush","a":1}`, `{"token":"REDACTED","a":1}`},
		{"curl -s -H 'X-Api-Key: hush' -H \"Cookie: a=hush; b=hush\" -u ann:hush http://h/?token=hush -d 'pin=hush&a=1'",
			"curl -s -H 'X-Api-Key: REDACTED' -H \"Cookie: a=REDACTED; b=REDACTED\" -u REDACTED http://h/?token=REDACTED -d 'pin=REDACTED&a=1'"},
		{"PGPASSWORD=hush psql -h db", "PGPASSWORD=REDACTED psql -h db"},
		{"http://h:80/a", "http://h:80/a"},
		{"-x", "-x"},
	} {
		e := Exchange(limen.Exchange{Initiator: &limen.Process{Command: []string{"sh", "-c", row[0]}}})
		if got := e.Initiator.Command[2]; got != row[1] {
			t.Errorf("%s is shown as %s", row[0], got)
		}
	}
}
