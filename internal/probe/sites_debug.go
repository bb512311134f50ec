package probe

import (
	"strings"

	"github.com/limenhq/limen"
)

// debugSites let others look into a running program, or steer it. The path to
// the program is as good as a password, and is never shown.
var debugSites = []Site{
	{
		Protocol: "devtools",
		Ports:    []uint16{9222, 9229, 9230},
		Programs: []string{"chromium", "chromium-browser", "google-chrome", "chrome", "msedge", "brave", "electron", "headless_shell", "chrome-headless-shell"},
		Sign: func(root *Reply) bool {
			return root.Status == 400 && strings.TrimSpace(string(root.Body)) == "WebSockets request was expected"
		},
		Path: "/json/version",
		Read: func(r *Reply, s *limen.Service) bool {
			var answer struct {
				Browser  string
				Protocol string `json:"Protocol-Version"`
			}
			if r.Status != 200 || !decode(r, &answer) || !isVersion(answer.Protocol) {
				return false
			}
			name, version, _ := strings.Cut(answer.Browser, "/")
			product, ok := inspected[name]
			if version = strings.TrimPrefix(version, "v"); isVersion(version) {
				s.Version = version // wrangler says vundefined
			}
			s.Product = product
			s.Authentication = limen.AuthenticationNone
			return ok
		},
	},
	{
		Protocol: "webdriver",
		Ports:    []uint16{4444, 9515},
		Programs: []string{"chromedriver", "geckodriver", "msedgedriver", "safaridriver", "selenium-server", "selenium", "appium"},
		Sign: func(root *Reply) bool {
			return strings.HasPrefix(string(root.Body), `{"value":{"error":"`)
		},
		Path: "/status", // W3C WebDriver §8.3
		Read: func(r *Reply, s *limen.Service) bool {
			var answer struct {
				Value struct {
					Ready   *bool
					Message *string
					Build   struct{ Version string }
					Nodes   []struct{ Version string }
				}
			}
			if !decode(r, &answer) || answer.Value.Ready == nil || answer.Value.Message == nil {
				return false
			}
			s.Authentication = limen.AuthenticationNone
			switch says := *answer.Value.Message; {
			case strings.HasPrefix(says, "ChromeDriver "):
				s.Product = "ChromeDriver"
				s.Version, _, _ = strings.Cut(answer.Value.Build.Version, " ")
			case strings.HasPrefix(says, "Selenium Grid "):
				s.Product = "Selenium Grid"
				if len(answer.Value.Nodes) > 0 {
					s.Version = semantic.FindString(answer.Value.Nodes[0].Version)
				}
			}
			return true
		},
	},
	{
		// The streamable HTTP transport of the Model Context Protocol: a GET
		// that accepts no stream is refused, in JSON-RPC. To ask with
		// initialize would open a session, so this is all that is asked.
		Protocol: "mcp",
		Ports:    []uint16{8931},
		Programs: []string{"mcp", "fastmcp", "mcp-server", "mcp-proxy", "modelcontextprotocol"},
		Path:     "/mcp",
		Read: func(r *Reply, s *limen.Service) bool {
			var answer struct {
				Version string `json:"jsonrpc"`
				Error   *struct {
					Code    int
					Message string
				}
			}
			if r.Status < 400 || r.Status > 406 || !decode(r, &answer) || answer.Version != "2.0" || answer.Error == nil {
				return false
			}
			s.Confidence = limen.Told // other things speak JSON-RPC
			if r.Status == 401 {
				s.Authentication = limen.AuthenticationRequired
			}
			return true
		},
	},
}

// inspected are the programs with the protocol of Chrome's DevTools, by the
// name they give as Browser.
var inspected = map[string]string{
	"Chrome":         "Chrome",
	"HeadlessChrome": "Headless Chrome",
	"Edg":            "Edge",
	"node.js":        "Node.js",
	"Deno":           "Deno",
	"Bun":            "Bun",
	"wrangler":       "wrangler",
	"workerd":        "workerd",
}

var semantic = newPattern(`^\d{1,6}\.\d{1,6}\.\d{1,6}`)
