package probe

import (
	"encoding/json"
	"strings"

	"github.com/limenhq/limen"
)

// frameworkSites are what programs in Ruby, PHP, Java, Elixir and Go are
// built with, where the answer shows more than the server that carries them.
var frameworkSites = []Site{
	{
		Name: "Ruby on Rails", Ports: []uint16{3000}, Programs: []string{"rails", "puma"},
		Read: func(r *Reply, s *limen.Service) bool {
			if m := railsVersion.FindSubmatch(r.Body); m != nil && strings.HasPrefix(title(r), "Ruby on Rails ") {
				s.Version = string(m[1])
			}
			return isDirect(r) && railsRuntime.MatchString(r.Header.Get("X-Runtime")) && uuid.MatchString(r.Header.Get("X-Request-Id"))
		},
	},
	{
		Name: "Sinatra", Ports: []uint16{4567}, Programs: []string{"sinatra"},
		Read: func(r *Reply, s *limen.Service) bool {
			return r.Status == 404 && r.Header.Get("X-Cascade") == "pass" && r.holds("/__sinatra__/404.png'>")
		},
	},
	{
		Name: "Jekyll", Ports: []uint16{4000}, Programs: []string{"jekyll"},
		Read: func(r *Reply, s *limen.Service) bool {
			s.Version = generator(r, "Jekyll v")
			return s.Version != "" && strings.HasPrefix(r.Header.Get("Server"), "WEBrick/")
		},
	},
	says("WEBrick", "WEBrick", "webrick"),
	{
		Name: "Laravel", Programs: []string{"artisan", "laravel"},
		Read: func(r *Reply, s *limen.Service) bool {
			if m := laravelVersion.FindSubmatch(r.Body); m != nil {
				s.Version = string(m[1])
			}
			return isPHP(r) && setsCookie(r, "laravel_session") && setsCookie(r, "XSRF-TOKEN")
		},
	},
	{
		Name: "Symfony", Programs: []string{"symfony"},
		Read: func(r *Reply, s *limen.Service) bool {
			return isPHP(r) && r.Header.Get("X-Debug-Token") != "" && strings.Contains(r.Header.Get("X-Debug-Token-Link"), "/_profiler/")
		},
	},
	{
		Name: "PHP", Programs: []string{"php"},
		Read: func(r *Reply, s *limen.Service) bool {
			if version, ok := productIn(r.Header.Get("X-Powered-By"), "PHP"); ok {
				s.Version = version
			}
			return isPHP(r)
		},
	},
	{
		Name: "Spring Boot", Programs: []string{"spring-boot", "spring"},
		Read: func(r *Reply, s *limen.Service) bool { return isDirect(r) && isWhitelabel(r) },
	},
	{
		Name: "Tomcat", Programs: []string{"tomcat", "catalina"},
		Read: func(r *Reply, s *limen.Service) bool {
			m := tomcatError.FindSubmatch(r.Body)
			if m == nil || !isDirect(r) || r.Status < 400 || !strings.HasPrefix(title(r), "HTTP Status ") {
				return false
			}
			s.Version = string(m[1])
			return true
		},
	},
	{
		Name: "Phoenix", Programs: []string{"phx.server", "phoenix"},
		Read: func(r *Reply, s *limen.Service) bool {
			carried := isDirect(r) || strings.EqualFold(r.Header.Get("Server"), "Cowboy")
			return carried && r.holds("data-phx-main") && r.holds("data-phx-session=")
		},
	},
	{
		Name: "Hugo", Ports: []uint16{1313}, Programs: []string{"hugo"},
		Read: func(r *Reply, s *limen.Service) bool {
			s.Version = generator(r, "Hugo ")
			return isDirect(r) && r.holds(`<script src="/livereload.js?mindelay=10&amp;v=2&amp;port=`) && s.Version != ""
		},
	},
	{
		Name: "Go net/http",
		Read: func(r *Reply, s *limen.Service) bool {
			// http.NotFound, and the list of a folder by http.FileServer.
			missing := r.Status == 404 && string(r.Body) == "404 page not found\n" && r.begins("Content-Type", "X-Content-Type-Options", "Date", "Content-Length")
			folder := r.Status == 200 && strings.HasPrefix(string(r.Body), "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n")
			return isDirect(r) && (missing || folder)
		},
	},
}

// isDirect reports whether r names no server. Where one is named it carries
// the framework, or stands before it, and is who answers.
func isDirect(r *Reply) bool { return r.Header.Get("Server") == "" && r.Header.Get("Via") == "" }

// isPHP reports whether r has the habit of PHP's own server, which sends the
// request's host back (sapi/cli/php_cli_server.c, php_cli_server_request).
func isPHP(r *Reply) bool { return r.begins("Host", "Date", "Connection") && isDirect(r) }

// setsCookie reports whether r sets a cookie of that name.
func setsCookie(r *Reply, name string) bool {
	for _, c := range r.Header.Values("Set-Cookie") {
		if strings.HasPrefix(c, name+"=") {
			return true
		}
	}
	return false
}

// isWhitelabel reports whether r is an error as Spring Boot writes it: these
// four and no more, about the path that was asked for
// (DefaultErrorAttributes).
func isWhitelabel(r *Reply) bool {
	var answer map[string]json.RawMessage
	if r.Status < 400 || !decode(r, &answer) || len(answer) != 4 {
		return false
	}
	var at, reason string
	return string(answer["path"]) == `"/"` && json.Unmarshal(answer["timestamp"], &at) == nil && springTime.MatchString(at) &&
		json.Unmarshal(answer["error"], &reason) == nil && reason != "" && answer["status"] != nil
}

var (
	railsRuntime   = newPattern(`^\d+\.\d{6}$`)
	railsVersion   = newPattern(`<strong>Rails version:</strong>\s*(\d[\w.]{0,20})`)
	uuid           = newPattern(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	laravelVersion = newPattern(`Laravel v(\d{1,3}\.\d{1,3}\.\d{1,3}) \(PHP v\d`)
	tomcatError    = newPattern(`<h3>Apache Tomcat/(\d[\w.\-]{0,20})(?: \([^)<]{1,40}\))?</h3></body></html>$`)
	springTime     = newPattern(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:Z|[+-]\d\d:?\d\d)$`)
)
