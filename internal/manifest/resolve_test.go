package manifest_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/manifest"
)

// read reads a limen.toml and files beside it.
func read(t *testing.T, text string, o manifest.Options, files ...string) (manifest.Project, error) {
	t.Helper()
	o.Directory = t.TempDir()
	write(t, o.Directory, "limen.toml", text)
	for i := 0; i < len(files); i += 2 {
		write(t, o.Directory, files[i], files[i+1])
	}
	return manifest.Read(o)
}

func TestEachAppIsToldWhereTheOthersAre(t *testing.T) {
	p, err := read(t, `
[services.web]
command = "web"
env_file = ".env"
[services.api-2]
command = "api"
[services.db]
command = "db"
`, manifest.Options{Environment: []string{"DB_HOST=callers", "DB_HOST=second", "PORT=1", "=C:=C:\\work"}}, ".env", "API_2_PORT=files\nHOST=files")
	if err != nil {
		t.Fatal(err)
	}
	c, err := p.Resolve("web", map[string]manifest.Place{
		"web":   {Host: "127.0.0.1", Port: 4001},
		"api-2": {Host: "::1", Port: 4002},
		"db":    {Host: "db.localhost", Port: 5432, URL: "https://db.localhost"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"API_2_PORT=files", // what a person has set is left alone
		"HOST=127.0.0.1",
		"=C:=C:\\work",
		"PORT=4001",
		"DB_HOST=callers",
		"API_2_URL=http://[::1]:4002",
		"API_2_HOST=::1",
		"DB_URL=https://db.localhost",
		"DB_PORT=5432",
	}
	if diff := cmp.Diff(want, c.Environment); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
}

func TestAPathIsAskedAtTheAppItself(t *testing.T) {
	p, err := read(t, "env = { HOST = \"::\" }\n[services.a]\ncommand = 'a $HOST'\nready = '/ok?x=${PORT}'\n", manifest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := p.Resolve("a", map[string]manifest.Place{"a": {Host: "::1", Port: 4001, URL: "https://a.localhost"}})
	if want := "http://[::1]:4001/ok?x=4001"; err != nil || c.Ready.URL != want || c.Arguments[1] != "::" {
		t.Errorf("%q, %q, %v; want %q", c.Ready.URL, c.Arguments, err, want)
	}
}

func TestResolveWantsEveryPlace(t *testing.T) {
	p, err := read(t, "[services.a]\ncommand = 'a'\n[services.b]\ncommand = 'b'\n", manifest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Resolve("a", map[string]manifest.Place{"a": {Port: 1}}); err == nil || !strings.Contains(err.Error(), "where b is reached") {
		t.Errorf("%v", err)
	}
	if _, err := p.Resolve("c", nil); !errors.Is(err, limen.NotFound) {
		t.Errorf("%v; want not-found", err)
	}
}

func TestReferencesCannotFillTheMemory(t *testing.T) {
	big := strings.Repeat("x", 100<<10)
	for name, text := range map[string]string{
		"one text":    `command = ["a", "` + strings.Repeat("$BIG", 100_000) + `"]`,
		"many":        `command = ["a"` + strings.Repeat(`, "$BIG"`, 50_000) + `]`,
		"each on the": `env = { A = "$BIG", B = "$BIG" }` + "\ncommand = [" + strings.Repeat(`"$A", "$B", `, 1000) + "]",
	} {
		_, err := read(t, "[services.a]\n"+text, manifest.Options{Environment: []string{"BIG=" + big}})
		if err == nil || !strings.Contains(err.Error(), "too long for a program") {
			t.Errorf("%s: %.200v", name, err)
		}
	}
}

func TestTenMistakesAreToldAndTheRestCounted(t *testing.T) {
	_, err := read(t, strings.Repeat("x", 3)+" = 1\n"+manyKeys(30), manifest.Options{})
	several, ok := err.(interface{ Unwrap() []error })
	if !ok || len(several.Unwrap()) != 10 {
		t.Fatalf("%v", err)
	}
	if last := several.Unwrap()[9].Error(); !strings.HasSuffix(last, "; 21 more are not shown") {
		t.Errorf("%v", last)
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("key" + strings.Repeat("x", i) + " = 1\n")
	}
	return b.String()
}

func TestTooManyAppsAreRefused(t *testing.T) {
	var b strings.Builder
	for i := range 300 {
		b.WriteString("[services.a" + strings.Repeat("b", i%50) + strings.Repeat("c", i/50) + "]\ncommand = 'x'\n")
	}
	if _, err := read(t, b.String(), manifest.Options{}); err == nil || !strings.Contains(err.Error(), "there are more than 250") || strings.Count(err.Error(), "\n") > 0 {
		t.Errorf("%v", err)
	}
}

const layers = `
[services.web]
command = "web"
depends_on = ["api", "mail"]
[services.api]
command = "api"
depends_on = { db = "started" }
[services.db]
command = "db"
[services.mail]
command = "mail"
[services.alone]
command = "alone"
depends_on = "db"
`

func TestOrderIsWhatIsAskedForAndWhatThatNeeds(t *testing.T) {
	p, err := read(t, layers, manifest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ asked, want []string }{
		{nil, []string{"db mail", "api alone", "web"}},
		{[]string{"web"}, []string{"db mail", "api", "web"}},
		{[]string{"mail"}, []string{"mail"}},
		{[]string{"alone", "API"}, []string{"db", "api alone"}},
	} {
		waves, err := p.Order(c.asked)
		var got []string
		for _, w := range waves {
			got = append(got, strings.Join(w, " "))
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%v: %q, %v; want %q", c.asked, got, err, c.want)
		}
	}
	var e *limen.Error
	if _, err := p.Order([]string{"apy"}); !errors.As(err, &e) || e.Kind != limen.NotFound || e.Next != "did you mean api?" {
		t.Errorf("%v", err)
	}
}
