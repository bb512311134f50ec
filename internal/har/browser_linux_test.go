package har

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/limenhq/limen/internal/nettest"
)

// panel has the network panel of DevTools read an archive, by the same parts that
// it reads with when a file is dropped on it, and says what it shows.
const panel = `(async () => {
	const har = await import('./models/har/har.js');
	const root = new har.HARFormat.HARRoot(%s);
	const shown = [];
	for (const r of har.Importer.Importer.requestsFromHARLog(root.log)) {
		const data = await r.requestContentData();
		const body = 'error' in data ? '' : data.isTextContent ? data.text : 'base64 ' + data.base64;
		shown.push([r.requestMethod, r.url(), r.statusCode, body, await r.requestFormData() ?? '', r.frames().map((f) => f.type + ' ' + f.text).join(), r.duration.toFixed(3)].join('|'));
	}
	return shown;
})()`

func TestChromiumReadsAnArchive(t *testing.T) {
	tab := nettest.Browser(t).Open(t, "devtools://devtools/bundled/devtools_app.html")
	if tab.Eval(t, "import('./models/har/har.js').then(() => true, () => false)") != "true" {
		nettest.Skip(t, "needs a Chromium with its reader of archives where that of Debian 12 has it")
	}
	var got []string
	if err := json.Unmarshal([]byte(tab.Eval(t, fmt.Sprintf(panel, written(t, session())))), &got); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`POST|https://shop.localhost/api/orders?page=2&q=a%20b#x|201|long|{"a":1}||0.005`,
		"GET|http://localhost:3000/from/a/port|302||||0.000",
		"GET|http://h/bytes|200|base64 AP8=|||0.000",
		"GET|http://h/latin|200|caf\ufffd|||0.000",
		"GET|http://h/hidden|200||||0.000",
		"PUT|http://h/up|0||beginning||0.000",
		"GET|http://h/socket|101|||send hello,receive AAE=,receive A+g=|0.000",
		"GET|http://h/events|200|data: x\n\n|||0.000",
	}
	if !slices.Equal(got, want) {
		t.Errorf("it shows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	// It is strict enough to be a judge.
	const refuses = "import('./models/har/har.js').then((har) => { try { new har.HARFormat.HARRoot({log: {version: '1.2'}}); } catch { return true; } })"
	if tab.Eval(t, refuses) != "true" {
		t.Error("it takes anything")
	}
}
