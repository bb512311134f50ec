package project

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

var manifestTexts = []struct {
	file, text, name string
	needs            map[string]string
}{
	{"package.json", `{"name":"shop","dependencies":{"next":"15.0.1"},"devDependencies":{"vite":"^7","next":"1"}}`, "shop",
		map[string]string{"next": "15.0.1", "vite": "^7"}},
	{"package.json", "\ufeff" + `{"name":"shop"}`, "shop", nil},
	{"package.json", `{"name":7,"dependencies":{"a":{},"next":"15"}}`, "", map[string]string{"a": "", "next": "15"}},
	{"package.json", `{"name":"cut off`, "", nil},
	{"package.json", `[]`, "", nil},

	{"go.mod", "// a module\nmodule example.com/shop // says so\n\ngo 1.26\n", "shop", nil},
	{"go.mod", "module example.com/shop/v2", "shop", nil},
	{"go.mod", "module \"example.com/shop/v12\"\r\n", "shop", nil},
	{"go.mod", "module gopkg.in/yaml.v3", "yaml", nil},
	{"go.mod", "module example.com/yaml.v3", "yaml.v3", nil},
	{"go.mod", "module v2", "v2", nil},
	{"go.mod", "module ../..", "", nil},
	{"go.mod", "module /", "", nil},
	{"go.mod", "go 1.26", "", nil},

	{"pyproject.toml", "[project]\nname = \"shop\"\ndependencies = [\n  'Flask[async]>=3.0',  # web\n  \"python_dotenv; extra == 'dev'\",\n]\n", "shop",
		map[string]string{"flask": ">=3.0", "python-dotenv": ""}},
	{"pyproject.toml", "[tool.poetry]\nname = 'shop'\n[tool.poetry.dependencies]\nDjango = '^5.1'\nfastapi = {version='1'}\n", "shop",
		map[string]string{"django": "^5.1", "fastapi": ""}},
	{"pyproject.toml", "[tool.poetry]\nname = 'old'\n[project]\nname = 'new'\n", "new", map[string]string{}},
	{"pyproject.toml", "[tool.other]\nname = 'x'\n", "", map[string]string{}},

	{"Cargo.toml", "[package]\nname = \"api\"\nversion = \"0.1.0\"\n[dependencies]\naxum = \"0.8\"\ntokio = { version = \"1\", features = [\"full\"] }\n[dependencies.rocket]\nfeatures = []\nversion = '0.5'\n", "api",
		map[string]string{"axum": "0.8", "tokio": "", "rocket": "0.5"}},
	{"Cargo.toml", "[package]\nname.workspace = true\n[[bin]]\nname = 'tool'\n", "", map[string]string{}},

	{"composer.json", `{"name":"acme/shop","require":{"php":"^8.3","laravel/framework":"^12.0"}}`, "acme/shop",
		map[string]string{"php": "^8.3", "laravel/framework": "^12.0"}},

	{"Gemfile", "source 'https://rubygems.org'\ngemspec name: 'x'\ngem \"rails\", \"~> 8.0\"\n  gem('sinatra')\n# gem 'jekyll'\n", "",
		map[string]string{"rails": "~> 8.0", "sinatra": ""}},

	{"mix.exs", "defp deps do\n [{:phoenix, \"~> 1.7.14\"}, {:phoenix_html, \"~> 4\"}]", "", map[string]string{"phoenix": "~> 1.7.14"}},
	{"mix.exs", "{:phoenix_html, \"~> 4\"}", "", nil},

	{"pom.xml", "<parent><groupId>org.springframework.boot</groupId>", "", map[string]string{"org.springframework.boot": ""}},
	{"build.gradle.kts", "plugins { id(\"io.quarkus\") }", "", map[string]string{"io.quarkus": ""}},

	{"requirements.txt", "# web\nDjango==5.1.2 # lts\nuvicorn[standard] >= 0.30\n-r base.txt\ngit+https://u:p@example.com/x\n", "",
		map[string]string{"django": "==5.1.2", "uvicorn": ">= 0.30", "-r": "base.txt", "git+https://u:p": "@example.com/x"}},
	{"manage.py", "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')", "", map[string]string{"django": ""}},
	{"manage.py", "print('hello')", "", nil},
}

func TestManifests(t *testing.T) {
	for _, c := range manifestTexts {
		name, needs := manifestNamed(t, c.file).read([]byte(c.text))
		if name != c.name {
			t.Errorf("%s %q: name %q, want %q", c.file, c.text, name, c.name)
		}
		if diff := cmp.Diff(c.needs, needs); diff != "" {
			t.Errorf("%s %q: needs (-want +got):\n%s", c.file, c.text, diff)
		}
	}
}

func manifestNamed(t testing.TB, file string) manifest {
	t.Helper()
	for _, m := range manifests {
		if m.file == file {
			return m
		}
	}
	t.Fatalf("no manifest is called %s", file)
	return manifest{}
}

// FuzzManifests gives each text to every reader: whoever writes a file chooses
// its name, too.
func FuzzManifests(f *testing.F) {
	for _, c := range manifestTexts {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, m := range manifests {
			_, needs := m.read(data)
			for _, u := range wanted(m.by, needs, m.file) {
				if u.version != oneLine(u.version) || len(u.version) > 40 {
					t.Errorf("%s: version %q", m.file, u.version)
				}
			}
		}
		parseRuntimeConfig(data)
	})
}

func TestAVersionIsNotAPlaceToGetItFrom(t *testing.T) {
	for s, want := range map[string]string{
		"15.0.1": "15.0.1", "^15.0.1": "^15.0.1", "~> 8.0": "~> 8.0", ">=4.2,<5": ">=4.2,<5", "v1.10.0": "v1.10.0",
		"*": "*", "1.0.0-beta.1": "1.0.0-beta.1", "^6 || ^7": "^6 || ^7",
		" 1.0 ": "1.0", " ": "", "latest": "", "workspace:*": "", "../lib": "", "": "", "1.0\x1b[31m": "", "1.0\n2": "", "1٢": "",
		"git+https://user:secret@example.com/x.git": "", "https://example.com/x.tgz": "",
	} {
		if got := versionIn(s); got != want {
			t.Errorf("versionIn(%q) = %q, want %q", s, got, want)
		}
	}
}
