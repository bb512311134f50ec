package probe

import (
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// nodeSites run in Node.js: development servers first, which put something of
// their own into every page; then frameworks by the field they add; then Node
// itself by its habits. Parcel is left out: it adds nothing.
var nodeSites = []Site{
	{
		Name: "Storybook", Ports: []uint16{6006}, Programs: []string{"storybook", "start-storybook"},
		Sign: func(root *Reply) bool { return root.holds("/sb-manager/") },
		Path: "/project.json",
		Read: func(r *Reply, s *limen.Service) bool {
			var answer struct{ StorybookVersion string }
			if !decode(r, &answer) || !isVersion(answer.StorybookVersion) {
				return false
			}
			s.Version = answer.StorybookVersion
			return true
		},
	},
	{
		Name: "Astro", Ports: []uint16{4321}, Programs: []string{"astro"},
		Read: func(r *Reply, s *limen.Service) bool {
			s.Version = generator(r, "Astro v")
			return s.Version != "" && isVite(r)
		},
	},
	{
		Name: "Angular", Ports: []uint16{4200}, Programs: []string{"ng", "@angular/cli", "angular"},
		Read: func(r *Reply, s *limen.Service) bool { return isVite(r) && r.holds("<app-root") },
	},
	{
		Name: "SvelteKit", Programs: []string{"sveltekit", "@sveltejs/kit"},
		Read: func(r *Reply, s *limen.Service) bool {
			return isNode(r) && (r.Header.Get("X-Sveltekit-Page") != "" || r.holds("__sveltekit_") && r.holds("data-sveltekit-preload-data"))
		},
	},
	{
		Name: "Remix", Programs: []string{"remix", "remix-serve", "@remix-run/dev", "@remix-run/serve"},
		Read: func(r *Reply, s *limen.Service) bool { return isNode(r) && r.holds("window.__remixContext = {") },
	},
	{
		Name: "React Router", Programs: []string{"react-router", "react-router-serve", "@react-router/dev"},
		Read: func(r *Reply, s *limen.Service) bool { return isNode(r) && r.holds("window.__reactRouterContext = {") },
	},
	powered("Next.js", "Next.js", "next", "next.js", "next-server"),
	powered("Nuxt", "Nuxt", "nuxt", "nuxi", "nitro"),
	{
		Name: "Nuxt", Programs: []string{"nuxt", "nuxi"},
		Read: func(r *Reply, s *limen.Service) bool {
			return isNode(r) && r.holds(`id="__nuxt"`) && r.holds(`/_nuxt/@vite/client`)
		},
	},
	{
		// It shows every file of the project that it is asked for, its own
		// description among them.
		Name: "Vite", Ports: []uint16{5173}, Programs: []string{"vite"},
		Sign: isVite,
		Path: "/node_modules/vite/package.json",
		Read: func(r *Reply, s *limen.Service) bool {
			var manifest struct{ Name, Version string }
			if decode(r, &manifest) && manifest.Name == "vite" && isVersion(manifest.Version) {
				s.Version = manifest.Version
			}
			return isVite(r.Root)
		},
	},
	{
		Name: "webpack-dev-server", Programs: []string{"webpack", "webpack-dev-server", "webpack-cli", "vue-cli-service", "react-scripts"},
		Sign: func(root *Reply) bool {
			return isNode(root) && root.Header.Get("X-Powered-By") == "Express" && root.Header.Get("Cross-Origin-Resource-Policy") == "same-origin"
		},
		Path: "/webpack-dev-server",
		Read: func(r *Reply, s *limen.Service) bool {
			return r.Status == 200 && isNode(r) && strings.HasPrefix(string(r.Body), `<!DOCTYPE html><html><head><meta charset="utf-8"/></head><body><h1>Assets Report:</h1>`)
		},
	},
	{
		Name: "live-server", Programs: []string{"live-server"},
		Read: func(r *Reply, s *limen.Service) bool {
			return isNode(r) && r.holds("<!-- Code injected by live-server -->")
		},
	},
	{
		Name: "http-server", Programs: []string{"http-server"},
		Read: func(r *Reply, s *limen.Service) bool { return isNode(r) && fileETag.MatchString(r.Header.Get("Etag")) },
	},
	{
		Name: "serve", Programs: []string{"serve", "serve-handler"},
		Read: func(r *Reply, s *limen.Service) bool {
			return isNode(r) && strings.HasPrefix(r.Header.Get("Content-Disposition"), "inline; filename=") && sha1ETag.MatchString(r.Header.Get("Etag"))
		},
	},
	powered("Express", "Express", "express"),
	{
		Name: "Node.js",
		Read: func(r *Reply, s *limen.Service) bool { return isNode(r) },
	},
}

// fileETag is how http-server marks a file: its number, size and time.
var fileETag = newPattern(`^(?:W/)?"\d+-\d+-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"$`)

// sha1ETag is how serve marks a file: the sum of what is in it.
var sha1ETag = newPattern(`^"[0-9a-f]{40}"$`)

// viteClient is what Vite puts into each page while one develops, below the
// path the project is at.
var viteClient = newPattern(`<script type="module" src="(?:/[\w.~/-]{0,200})?/@vite/client"></script>`)

func isVite(r *Reply) bool { return isNode(r) && viteClient.Match(r.Body) }

// isNode reports whether r has the habits of Node.js, which ends its fields
// with these three and the length, whatever a program has put before them
// (lib/_http_outgoing.js, _storeHeader).
func isNode(r *Reply) bool {
	i := slices.Index(r.Order, "Connection")
	return i > 0 && i+1 < len(r.Order) && r.Order[i-1] == "Date" && r.Order[i+1] == "Keep-Alive" &&
		r.Header.Get("Connection") == "keep-alive" && nodeKeepAlive.MatchString(r.Header.Get("Keep-Alive"))
}

var nodeKeepAlive = newPattern(`^timeout=\d+$`)

// powered is a site in Node.js whose field X-Powered-By is value. A server
// before it may pass the field on, and has habits of its own.
func powered(name, value string, programs ...string) Site {
	return Site{Name: name, Programs: programs, Read: func(r *Reply, s *limen.Service) bool {
		return r.Header.Get("X-Powered-By") == value && r.Header.Get("Server") == ""
	}}
}

// generator returns the version in the element by which a page says what made
// it, after maker; empty if it does not say so. A page may have been made
// anywhere, so that who serves it must be clear by other means.
func generator(r *Reply, maker string) string {
	m := generatorElement.FindSubmatch(notTitle.ReplaceAll(r.Body, nil))
	if m == nil {
		return ""
	}
	version, ok := strings.CutPrefix(string(m[1]), maker)
	if !ok || !isVersion(version) {
		return ""
	}
	return version
}

var generatorElement = newPattern(`(?i)<meta name="generator" content="([^"]{1,80})"\s*/?>`)
