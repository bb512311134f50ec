package hint

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A told is what a command should become; the port is 4321, and the common
// variables are left out.
type told struct {
	typed string // the words, with a space between them
	want  string // the same, empty if nothing is inserted
	env   string // more variables than PORT and HOST
	named uint16
	why   string // a part of it
}

func TestAProgramIsToldItsPortInItsOwnWay(t *testing.T) {
	for _, c := range []told{
		{typed: "vite", want: "vite --port 4321"},
		{typed: "vite dev --open", want: "vite dev --open --port 4321"},
		{typed: "vite --mode build", want: "vite --mode build --port 4321"},
		{typed: "vite --host 0.0.0.0", want: "vite --host 0.0.0.0 --port 4321"},
		{typed: "vite preview", want: "vite preview --port 4321"},
		{typed: "astro dev", want: "astro dev --port 4321"},
		{typed: "ng serve shop", want: "ng serve shop --port 4321"},
		{typed: "next dev", want: "next dev --hostname 127.0.0.1"},
		{typed: "next dev -H 0.0.0.0"},
		{typed: "nuxt dev", env: "NUXT_PORT=4321 NITRO_PORT=4321"},
		{typed: "wrangler dev --host shop.example", want: "wrangler dev --host shop.example --port 4321 --ip 127.0.0.1"},
		{typed: "wrangler pages dev dist", want: "wrangler pages dev dist --port 4321 --ip 127.0.0.1"},
		{typed: "storybook dev --ci", want: "storybook dev --ci -p 4321 --host 127.0.0.1"},
		{typed: "eleventy --serve", want: "eleventy --serve --port=4321"},
		{typed: "react-scripts start"},
		{typed: "vinxi dev"},
		{typed: "deno serve --watch main.ts -- x", want: "deno serve --port 4321 --host 127.0.0.1 --watch main.ts -- x"},
		{typed: "serve dist", want: "serve dist -l tcp://127.0.0.1:4321"},
		{typed: "http-server", want: "http-server -a 127.0.0.1"},
		{typed: "hugo -s site server", want: "hugo -s site server --port 4321"},
		{typed: "mkdocs serve", want: "mkdocs serve -a 127.0.0.1:4321"},
		{typed: "caddy file-server --root dist", want: "caddy file-server --root dist --listen 127.0.0.1:4321"},
		{typed: "nginx", why: "its configuration alone"},

		{typed: "python3 -m http.server -d dist", want: "python3 -m http.server -d dist 4321 --bind 127.0.0.1"},
		{typed: "python3 -m http.server --bind 0.0.0.0", want: "python3 -m http.server --bind 0.0.0.0 4321"},
		{typed: "python manage.py runserver --noreload", want: "python manage.py runserver --noreload 127.0.0.1:4321"},
		{typed: "./manage.py --settings shop.dev runserver", want: "./manage.py --settings shop.dev runserver 127.0.0.1:4321"},
		{typed: "flask --app run run", env: "FLASK_RUN_PORT=4321"},
		{typed: "uvicorn app:app --reload", want: "uvicorn app:app --reload --port 4321"},
		{typed: "gunicorn app:app", want: "gunicorn app:app --bind 127.0.0.1:4321"},
		{typed: "gunicorn -c deploy.py app:app", why: "-c may name an address"},
		{typed: "fastapi dev", want: "fastapi dev --port 4321"},
		{typed: "fastapi run", want: "fastapi run --port 4321 --host 127.0.0.1"},
		{typed: "streamlit run app.py", env: "STREAMLIT_SERVER_PORT=4321 STREAMLIT_SERVER_ADDRESS=127.0.0.1"},
		{typed: "jupyter lab", want: "jupyter lab --port=4321"},
		{typed: "python app.py", env: "GRADIO_SERVER_PORT=4321", why: "no argument for it"},
		{typed: "ruby app.rb", why: "no argument for it"},

		{typed: "php artisan serve", want: "php artisan serve --port=4321"},
		{typed: "bin/rails server"},
		{typed: "puma", want: "puma -b tcp://127.0.0.1:4321"},
		{typed: "rackup config.ru", want: "rackup config.ru --port 4321"},
		{typed: "./gradlew clean :shop:bootRun", env: "SERVER_PORT=4321 SERVER_ADDRESS=127.0.0.1 QUARKUS_HTTP_PORT=4321 QUARKUS_HTTP_HOST=127.0.0.1 MICRONAUT_SERVER_PORT=4321 MICRONAUT_SERVER_HOST=127.0.0.1"},
		{typed: "dotnet watch run", env: "ASPNETCORE_URLS=http://127.0.0.1:4321"},
		{typed: "go run .", why: "no argument for it"},
		{typed: "cargo run", env: "ROCKET_PORT=4321", why: "no argument for it"},
		{typed: "./server", why: "no argument for it"},
	} {
		c.check(t, Command{Arguments: strings.Fields(c.typed), Directory: t.TempDir()})
	}
}

func TestACommandThatDoesNotListenIsLeftAsItIs(t *testing.T) {
	for _, typed := range []string{
		"vite build", "vite --config vite.config.ts build", "vite optimize", "next build", "astro build",
		"ng build serve", "hugo", "hugo -s server", "wrangler deploy", "wrangler pages deploy dev", "storybook build",
		"eleventy", "parcel build index.html", "flask --app run routes", "django-admin migrate", "manage.py test runserver",
		"jupyter nbconvert", "remix dev", "php artisan migrate", "rails console", "caddy run", "fastapi", "",
	} {
		told{typed: typed, why: "no argument for it"}.check(t, Command{Arguments: strings.Fields(typed), Directory: t.TempDir()})
	}
}

func TestWhatTheUserWroteWins(t *testing.T) {
	for _, c := range []told{
		{typed: "vite --port 4000", named: 4000},
		{typed: "vite --port=4000", named: 4000},
		{typed: "vite --port 1 --port 4000", named: 4000},
		{typed: "next dev -p4000", named: 4000},
		{typed: "next dev -p=4000", named: 4000},
		{typed: "npx next dev -p 4000", named: 4000},
		{typed: "flask run -p 4000", named: 4000},
		{typed: "serve -l 4000", named: 4000},
		{typed: "serve -l tcp://0.0.0.0:4000", named: 4000},
		{typed: "mkdocs serve -a [::1]:4000", named: 4000},
		{typed: "gunicorn -b :4000 app", named: 4000},
		{typed: "python manage.py runserver 4000", named: 4000},
		{typed: "python manage.py runserver --noreload 0.0.0.0:4000", named: 4000},
		{typed: "python3 -m http.server 4000", named: 4000},
		{typed: "php -S localhost:4000 -t public", named: 4000},
		{typed: "puma -b tcp://0.0.0.0:4000", named: 4000},
		{typed: "./mvnw spring-boot:run -Dspring-boot.run.arguments=--server.port=4000", named: 4000},
		{typed: "java -jar shop.jar --server.port=4000", named: 4000},
		{typed: "dotnet run --urls http://localhost:4000;https://localhost:4001", named: 4000},
		{typed: "env PORT=4000 node server.js", named: 4000},
		{typed: "env FLASK_RUN_PORT=4000 flask run", named: 4000},
		{typed: "vite --port $PORT", why: `"$PORT"`},
		{typed: "vite --port 0", why: `"0"`},
		{typed: "vite --port", why: `""`},
		{typed: "vite --port 65536", why: `"65536"`},
		{typed: "uvicorn app:app --uds /run/app", why: "not at a port"},
		{typed: "python manage.py runserver localhost", why: `"localhost"`},
	} {
		if c.why == "" {
			c.why = "4000"
		}
		h := For(Command{Arguments: strings.Fields(c.typed)}, 4321, "")
		if h.Named != c.named || !strings.Contains(h.Why, c.why) || len(h.Environment) > 0 || !slices.Equal(h.Arguments, strings.Fields(c.typed)) {
			t.Errorf("%s: %+v", c.typed, h)
		}
	}
}

func TestAVariableThatIsSetIsLeft(t *testing.T) {
	h := For(Command{Arguments: []string{"next", "dev"}, Environment: []string{"PORT=3999", "PORT=4000"}}, 4321, "")
	if h.Named != 4000 || !strings.Contains(h.Why, "PORT=4000 is set") || h.Environment != nil {
		t.Errorf("a variable that the program reads: %+v", h)
	}
	// Vite does not read it, so it is no wish of Vite's port.
	h = For(Command{Arguments: []string{"vite"}, Environment: []string{"PORT=4000", "HOST="}}, 4321, "")
	want := Hint{
		Arguments:   []string{"vite", "--port", "4321"},
		Environment: []string{"HOST=127.0.0.1"},
	}
	if h.Named != 0 || !slices.Equal(h.Arguments, want.Arguments) || !slices.Equal(h.Environment, want.Environment) {
		t.Errorf("a variable that the program does not read: %+v", h)
	}
}

func TestAskingWithoutAPortInsertsNothing(t *testing.T) {
	h := For(Command{Arguments: []string{"vite"}}, 0, "")
	if diff := cmp.Diff(Hint{Arguments: []string{"vite"}, Row: "Vite", Evidence: nodeRows[0].Evidence}, h); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if h := For(Command{}, 0, ""); h.Row != "any program" || len(h.Arguments) > 0 {
		t.Errorf("the zero command: %+v", h)
	}
}

func TestAHostOfIPv6IsBracketedWhereItMustBe(t *testing.T) {
	for typed, want := range map[string]string{
		"mkdocs serve": "-a [::1]:4321",
		"next dev":     "--hostname ::1",
		"serve":        "-l tcp://[::1]:4321",
		"dotnet run":   "ASPNETCORE_URLS=http://[::1]:4321",
		"go run .":     "HOST=::1",
	} {
		h := For(Command{Arguments: strings.Fields(typed)}, 4321, "::1")
		if got := strings.Join(slices.Concat(h.Arguments, h.Environment), " "); !strings.Contains(got, want) {
			t.Errorf("%s: %s", typed, got)
		}
	}
}

func TestAProgramIsFoundBehindWhatStartsIt(t *testing.T) {
	for _, c := range []told{
		{typed: "npx vite", want: "npx vite --port 4321"},
		{typed: "npx --yes -p vite vite@5", want: "npx --yes -p vite vite@5 --port 4321"},
		{typed: "npx @angular/cli@17 serve", want: "npx @angular/cli@17 serve --port 4321"},
		{typed: "npm exec vite", want: "npm exec vite -- --port 4321"},
		{typed: "npm exec vite -- --open", want: "npm exec vite -- --open --port 4321"},
		{typed: "npm exec -- vite", want: "npm exec -- vite --port 4321"},
		{typed: "npm exec deno serve main.ts", why: "before its file"},
		{typed: "pnpm exec vite", want: "pnpm exec vite --port 4321"},
		{typed: "pnpm dlx vite", want: "pnpm dlx vite --port 4321"},
		{typed: "bunx --bun vite", want: "bunx --bun vite --port 4321"},
		{typed: "yarn vite", want: "yarn vite --port 4321"},
		{typed: "bun run --bun vite", want: "bun run --bun vite --port 4321"},
		{typed: "bun --hot server.ts", env: "BUN_PORT=4321", why: "no argument for it"},
		{typed: "./node_modules/.bin/vite", want: "./node_modules/.bin/vite --port 4321"},
		{typed: `node_modules\.bin\vite.CMD`, want: `node_modules\.bin\vite.CMD --port 4321`},
		{typed: "node --inspect -r dotenv/config node_modules/vite/bin/vite.js", want: "node --inspect -r dotenv/config node_modules/vite/bin/vite.js --port 4321"},
		{typed: "uv run --with x uvicorn app:app", want: "uv run --with x uvicorn app:app --port 4321"},
		{typed: "uv run manage.py runserver", want: "uv run manage.py runserver 127.0.0.1:4321"},
		{typed: "poetry run python3.11 -W ignore -m uvicorn app:app", want: "poetry run python3.11 -W ignore -m uvicorn app:app --port 4321"},
		{typed: "pipenv run ./.venv/bin/uvicorn app:app", want: "pipenv run ./.venv/bin/uvicorn app:app --port 4321"},
		{typed: "bundle exec jekyll serve", want: "bundle exec jekyll serve --port 4321"},
		{typed: "env -u A B=c cross-env D=e dotenv -e .env -- vite", want: "env -u A B=c cross-env D=e dotenv -e .env -- vite --port 4321"},

		// What only bears the name of a program is a file of the project.
		{typed: "./serve", why: "no argument for it"},
		{typed: "bin/serve", why: "no argument for it"},
		{typed: "./bin/serve", why: "no argument for it"},
		{typed: "node serve", why: "no argument for it"},
		{typed: "node vite.js", why: "no argument for it"},

		// What else reads the end of the line is not seen through.
		{typed: "sh -c vite", why: "no argument for it"},
		{typed: "npx -c vite", why: "no argument for it"},
		{typed: "env -S vite", why: "no argument for it"},
		{typed: "uvicorn app:app -- x", why: "a -- of its own"},
		{typed: "concurrently vite api", why: "starts other programs"},
		{typed: "turbo dev", why: "starts other programs"},
	} {
		c.check(t, Command{Arguments: strings.Fields(c.typed), Directory: t.TempDir()})
	}
}

func TestMakeIsNotToldAHost(t *testing.T) {
	h := For(Command{Arguments: []string{"make", "dev"}}, 4321, "")
	if diff := cmp.Diff([]string{"PORT=4321"}, h.Environment); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestConfigurationThatMayNameAnAddressIsNotReplaced(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "gunicorn.conf.py", "bind = 'unix:/run/app.sock'")
	told{typed: "gunicorn app:app", why: "gunicorn.conf.py may name"}.check(t, Command{Arguments: []string{"gunicorn", "app:app"}, Directory: dir})
}

func TestFilesAreReadOnlyIfTheyAreSmallAndRegular(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "large", strings.Repeat("x", maxFile+1))
	write(t, dir, "small", "x")
	if _, err := (Command{}).read(dir, "large"); !errors.Is(err, errTooLarge) {
		t.Errorf("a large file: %v", err)
	}
	if _, err := (Command{}).read(dir, "."); !errors.Is(err, errNotRegular) {
		t.Errorf("a directory: %v", err)
	}
	if text, err := (Command{}).read(dir, "small"); err != nil || string(text) != "x" {
		t.Errorf("a small file: %q, %v", text, err)
	}
	endless := Command{ReadFile: func(string) ([]byte, error) { return make([]byte, maxFile+1), nil }}
	if _, err := endless.read(dir, "any"); !errors.Is(err, errTooLarge) {
		t.Errorf("a reader of one's own that returns too much: %v", err)
	}
}

// check compares a hint with what was expected of it.
func (c told) check(t *testing.T, command Command) {
	t.Helper()
	h := For(command, 4321, "")
	want := c.want
	if want == "" {
		want = c.typed
	}
	if got := strings.Join(h.Arguments, " "); got != want {
		t.Errorf("%s: became %q, not %q (%s)", c.typed, got, want, h.Why)
	}
	var more []string
	for _, v := range h.Environment {
		if v != "PORT=4321" && v != "HOST=127.0.0.1" {
			more = append(more, v)
		}
	}
	if got := strings.Join(more, " "); got != c.env {
		t.Errorf("%s: gets %q, not %q", c.typed, got, c.env)
	}
	if !slices.Contains(h.Environment, "PORT=4321") {
		t.Errorf("%s: gets no PORT: %+v", c.typed, h)
	}
	if h.Named != c.named || (h.Why == "") != (c.why == "") || !strings.Contains(h.Why, c.why) {
		t.Errorf("%s: names %d, because %q", c.typed, h.Named, h.Why)
	}
	if h.Row == "" || h.Evidence == "" {
		t.Errorf("%s: no row, or no evidence: %+v", c.typed, h)
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
