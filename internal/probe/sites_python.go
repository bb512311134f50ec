package probe

import (
	"encoding/json"
	"strings"

	"github.com/limenhq/limen"
)

// pythonSites are servers and frameworks of Python. Frameworks stand before
// the servers that carry them.
var pythonSites = []Site{
	{
		Name: "FastAPI", Programs: []string{"fastapi"},
		Sign: func(root *Reply) bool { return isASGI(root) && isFastAPI(root) },
		Path: "/openapi.json",
		Read: func(r *Reply, s *limen.Service) bool {
			var document struct {
				OpenAPI string `json:"openapi"`
				Info    struct{ Title string }
			}
			if r.Status != 200 || !decode(r, &document) || !isVersion(document.OpenAPI) || !isASGI(r.Root) || !isFastAPI(r.Root) && !r.holds(`"#/components/schemas/HTTPValidationError"`) {
				return false
			}
			s.Title = oneLine(document.Info.Title)
			return true
		},
	},
	{
		Name: "Django", Programs: []string{"django", "django-admin", "manage", "manage.py"}, Ports: []uint16{8000},
		Read: func(r *Reply, s *limen.Service) bool { return isWSGIRef(r) && isDjango(r) },
	},
	{
		Name: "MkDocs", Programs: []string{"mkdocs"},
		Read: func(r *Reply, s *limen.Service) bool {
			if m := mkdocsFooter.FindSubmatch(r.Body); m != nil {
				s.Version = string(m[1])
			}
			return isWSGIRef(r) && mkdocsReload.Match(r.Body)
		},
	},
	{
		Name: "Python http.server", Programs: []string{"http.server"},
		Read: func(r *Reply, s *limen.Service) bool {
			if !readServer("SimpleHTTP")(r, s) {
				return false
			}
			s.Version, _ = productIn(r.Header.Get("Server"), "Python") // of which it is a part
			if title(r) == "Directory listing for /" {
				s.Authentication = limen.AuthenticationNone
			}
			return true
		},
	},
	says("Werkzeug", "Werkzeug", "werkzeug", "flask"),
	says("gunicorn", "gunicorn", "gunicorn"),
	says("Uvicorn", "uvicorn", "uvicorn"),
	says("Hypercorn", "hypercorn-h11", "hypercorn"),
	says("Daphne", "daphne", "daphne"),
	says("Waitress", "waitress", "waitress"),
	says("CherryPy", "CherryPy", "cherrypy"),
	says("Cheroot", "Cheroot", "cheroot"),
	says("Tornado", "TornadoServer", "tornado"),
	says("Twisted", "TwistedWeb", "twistd", "twisted"),
	{
		Name: "aiohttp", Programs: []string{"aiohttp"},
		Read: func(r *Reply, s *limen.Service) bool {
			version, ok := productIn(r.Header.Get("Server"), "aiohttp")
			s.Version = version
			return ok && isVersion(version) && !isNode(r)
		},
	},
	{
		Name: "Python wsgiref",
		Read: func(r *Reply, s *limen.Service) bool {
			s.Version, _ = productIn(r.Header.Get("Server"), "CPython")
			return isWSGIRef(r)
		},
	},
}

// isWSGIRef reports whether r is carried by the standard library's server,
// which Django and others use while one develops.
func isWSGIRef(r *Reply) bool { return strings.HasPrefix(r.Header.Get("Server"), "WSGIServer/") }

// isDjango reports whether Django answered: it says so itself on its first
// page and on its error pages, and its security middleware has a hand of its
// own (django.middleware.security, django.middleware.clickjacking).
func isDjango(r *Reply) bool {
	return title(r) == "The install worked successfully! Congratulations!" ||
		r.Status == 404 && r.holds("<code>DEBUG = True</code> in\n      your Django settings file") ||
		r.Header.Get("X-Content-Type-Options") == "nosniff" && r.Header.Get("Referrer-Policy") == "same-origin"
}

// isASGI reports whether r is carried by a server that FastAPI runs on.
func isASGI(r *Reply) bool {
	name, _, _ := strings.Cut(r.Header.Get("Server"), "-")
	return name == "uvicorn" || name == "hypercorn"
}

// isFastAPI reports whether r is what FastAPI answers where nothing is. Its
// parent Starlette says it in plain text.
func isFastAPI(r *Reply) bool {
	var answer map[string]json.RawMessage
	return r.Status == 404 && decode(r, &answer) && len(answer) == 1 && string(answer["detail"]) == `"Not Found"`
}

var (
	mkdocsFooter = newPattern(`MkDocs version : (\d[\w.]{0,20})`)
	mkdocsReload = newPattern(`livereload\(\d+, \d+\);?\s*</script>`)
)
