package hint

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pkg is a package.json with what people write there, and what nobody should.
const pkg = `{
	"packageManager": "pnpm@9.1.0",
	"scripts": {
		"dev": "vite",
		"start": "npm run dev",
		"first": "npm run second --",
		"second": "vite dev --open",
		"quoted": "vite --config \"vite dev.config.ts\" --base '/a b/'",
		"env": "NODE_ENV=development DEBUG='a b' vite",
		"cross": "cross-env NODE_ENV=development dotenv -e .env -- vite",
		"next": "next dev",
		"named": "vite --port 4000",
		"namedenv": "PORT=4000 react-scripts start",
		"ownport": "vite --port ${PORT:-3000}",
		"and": "tsc && vite",
		"both": "flask run & vite",
		"flask": "tailwind --watch & flask run",
		"andnamed": "tsc && vite --port 4000",
		"andthen": "vite; echo done",
		"pipe": "vite | tee log",
		"ticks": "vite --mode ` + "`cat mode`" + `",
		"open": "vite '",
		"comment": "vite # fast",
		"back": "vite\\ dev",
		"many": "concurrently 'vite' 'node api'",
		"own": "node server.js",
		"deno": "deno serve main.ts",
		"loop": "npm run loop",
		"ping": "yarn pong",
		"pong": "npm run ping",
		"yarned": "npm run dev",
		"deep1": "npm run deep2", "deep2": "npm run deep3", "deep3": "npm run deep4", "deep4": "npm run deep5", "deep5": "npm run deep6", "deep6": "vite",
		"number": 5,
		"null": null,
		"empty": "  "
	}
}`

func TestAScriptIsToldThroughItsRunner(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "package.json", pkg)
	for _, c := range []told{
		// npm 11.19, pnpm 9.15, yarn 1.22 and bun 1.4 were seen to pass these on.
		{typed: "npm run dev", want: "npm run dev -- --port 4321"},
		{typed: "npm run dev -- --open", want: "npm run dev -- --open --port 4321"},
		{typed: "npm --silent run-script dev -s", want: "npm --silent run-script dev -s -- --port 4321"},
		{typed: "pnpm run dev", want: "pnpm run dev --port 4321"},
		{typed: "pnpm dev --open", want: "pnpm dev --open --port 4321"},
		{typed: "yarn run dev", want: "yarn run dev --port 4321"},
		{typed: "yarn dev", want: "yarn dev --port 4321"},
		{typed: "bun run dev", want: "bun run dev --port 4321"},
		{typed: "bun --bun dev", want: "bun --bun dev --port 4321"},

		{typed: "npm run quoted", want: "npm run quoted -- --port 4321"},
		{typed: "npm run env", want: "npm run env -- --port 4321"},
		{typed: "npm run cross", want: "npm run cross -- --port 4321"},
		{typed: "npm run next", want: "npm run next -- --hostname 127.0.0.1"},
		{typed: "uv run npm run dev", want: "uv run npm run dev -- --port 4321"},

		// Each npm on the way takes one "--" away.
		{typed: "npm start", want: "npm start -- -- --port 4321"},
		{typed: "npm run first", want: "npm run first -- --port 4321"},
		{typed: "npm run deep2", want: "npm run deep2 -- -- -- -- -- --port 4321"},
		{typed: "npm run deep1", why: "too often to follow"},
		{typed: "npm run loop", why: "too often to follow"},
		{typed: "npm run ping", why: "pass a -- through yarn"},
		{typed: "pnpm run yarned", want: "pnpm run yarned -- --port 4321"},
		{typed: "yarn yarned", why: "pass a -- through yarn"},
		{typed: "bun run yarned", why: "pass a -- through bun"},

		{typed: "npm run and", why: "more than one command"},
		{typed: "npm run andthen", why: "more than one command"},
		{typed: "npm run both", why: "more than one command"},
		{typed: "npm run flask", why: "more than one command", env: "FLASK_RUN_PORT=4321"},
		{typed: "npm run pipe", why: "more than one command"},
		{typed: "npm run ticks", why: "more than one command"},
		{typed: "npm run open", why: "only its shell"},
		{typed: "npm run comment", why: "more than one command"},
		{typed: "npm run back", why: "only its shell"},
		{typed: "npm run many", why: "starts other programs"},
		{typed: "npm run own", why: "no argument for it"},
		{typed: "npm run deno", why: "before its file"},
		{typed: "pnpm run dev -- --open", why: "a -- of its own"}, // pnpm 7 and later pass it on

		{typed: "npm run absent", why: `no script "absent"`},
		{typed: "npm run number", why: `no script "number"`},
		{typed: "npm run null", why: `no script "null"`},
		{typed: "npm run empty", why: `no script "empty"`},
		{typed: "npm run dev -w web", why: "only npm can find"},
		{typed: "npm run dev --workspace=web", why: "only npm can find"},
		{typed: "pnpm --filter web dev", why: "only pnpm can find"},
		{typed: "yarn workspace web dev", why: "only yarn can find"},
		{typed: "npm install", why: "no argument for it"},
		{typed: "bun test", why: "no argument for it", env: "BUN_PORT=4321"},
		{typed: "npm run", why: "no argument for it"},
	} {
		c.check(t, Command{Arguments: strings.Fields(c.typed), Directory: dir})
	}
}

func TestAPortInAScriptIsNamed(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "package.json", pkg)
	for typed, want := range map[string]uint16{
		"npm run named":              4000,
		"npm run namedenv":           4000,
		"npm run andnamed":           4000,
		"npm run dev -- --port 4001": 4001,
		"yarn dev -- --port 4001":    4001,
		"pnpm dev --port 4001":       4001,
		"npm run ownport":            0,
	} {
		h := For(Command{Arguments: strings.Fields(typed), Directory: dir}, 4321, "")
		if h.Named != want || h.Why == "" || h.Environment != nil || !slices.Equal(h.Arguments, strings.Fields(typed)) {
			t.Errorf("%s: %+v", typed, h)
		}
	}
}

func TestThePackageIsLookedForWhereTheRunnerDoes(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "package.json", pkg)
	below := filepath.Join(dir, "src", "pages")
	told{typed: "npm run dev", want: "npm run dev -- --port 4321"}.check(t, Command{Arguments: []string{"npm", "run", "dev"}, Directory: below})
	for _, typed := range []string{"npm --prefix " + dir + " run dev", "npm run dev --prefix=" + dir, "npm --prefix ../.. run dev"} {
		told{typed: typed, want: typed + " -- --port 4321"}.check(t, Command{Arguments: strings.Fields(typed), Directory: filepath.Join(dir, "a", "b")})
	}
}

func TestOldPnpmIsNotGivenOptions(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "package.json", `{"packageManager": "pnpm@6.32.1", "scripts": {"dev": "vite"}}`)
	told{typed: "pnpm run dev", why: "pnpm before version 7"}.check(t, Command{Arguments: []string{"pnpm", "run", "dev"}, Directory: dir})
}

func TestAPackageMayBeAnything(t *testing.T) {
	for _, text := range []string{
		"", "null", "[]", "{", `{"scripts": []}`, `{"scripts": {"dev": {"a": 1}}}`, `{"scripts": {"dev": ["vite"]}}`,
		`{"scripts":` + strings.Repeat("[", 20_000), "\x00\xff", strings.Repeat(" ", maxFile+1),
		`{"scripts": {"dev": "` + strings.Repeat("a ", maxScript) + `"}}`,
		`{"scripts": {"dev": "` + strings.Repeat("a ", maxWords+1) + `"}}`,
	} {
		dir := t.TempDir()
		write(t, dir, "package.json", text)
		h := For(Command{Arguments: []string{"npm", "run", "dev"}, Directory: dir}, 4321, "")
		if len(h.Arguments) != 3 || h.Why == "" {
			t.Errorf("%.40q: %+v", text, h)
		}
	}
	// A mark of the byte order, as some editors leave, is none of the JSON.
	dir := t.TempDir()
	write(t, dir, "package.json", "\ufeff"+`{"scripts": {"dev": "vite"}}`)
	told{typed: "npm run dev", want: "npm run dev -- --port 4321"}.check(t, Command{Arguments: []string{"npm", "run", "dev"}, Directory: dir})
}

func FuzzForKeepsWhatWasTyped(f *testing.F) {
	for _, typed := range []string{"npm run dev", "npx vite", "deno serve a", "env A=b npm start -- x", "yarn --cwd a dev", "python -m http.server", "npm exec vite -- x"} {
		f.Add(strings.ReplaceAll(typed, " ", "\x00"), pkg, "PORT=1\x00HOST=a")
	}
	f.Fuzz(func(t *testing.T, typed, text, environment string) {
		c := Command{
			Arguments:   strings.Split(typed, "\x00"),
			Directory:   "/srv/shop",
			Environment: strings.Split(environment, "\x00"),
			ReadFile:    func(string) ([]byte, error) { return []byte(text), nil },
		}
		before := slices.Clone(c.Arguments)
		h := For(c, 4321, "127.0.0.1")
		if !slices.Equal(c.Arguments, before) {
			t.Fatalf("the command itself was changed: %q", c.Arguments)
		}
		left := h.Arguments
		for _, w := range before {
			i := slices.Index(left, w)
			if i < 0 {
				t.Fatalf("%q became %q", before, h.Arguments)
			}
			left = left[i+1:]
		}
		if n := len(h.Arguments) - len(before); n > 0 && (h.Named != 0 || h.Why != "") || n > 16 {
			t.Fatalf("%q became %q, and yet %d: %s", before, h.Arguments, h.Named, h.Why)
		}
		for _, v := range h.Environment {
			if name, _, ok := strings.Cut(v, "="); !ok || (saying{environment: c.Environment}).set(name) {
				t.Fatalf("%q was set already: %q", name, c.Environment)
			}
		}
	})
}

func FuzzParseScriptMakesUpNothing(f *testing.F) {
	for _, text := range []string{pkg, `a "b c" 'd'e`, "a\\ b", "a && b | (c; d)", "$(a) `b` # c\nd"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		commands, simple := parseScript(text)
		if simple && len(commands) != 1 {
			t.Fatalf("%q is simple, and %d commands", text, len(commands))
		}
		size := 0
		for _, words := range commands {
			for _, w := range words {
				if size += len(w); size > len(text) {
					t.Fatalf("%q became %q", text, commands)
				}
			}
			if len(words) == 0 {
				t.Fatalf("%q has a command without words", text)
			}
		}
	})
}
