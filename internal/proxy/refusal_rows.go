package proxy

// hostRefusals are all answers that are known to mean that a host was refused, the
// surest first. An answer is one of them only if status, type and shape are:
// applications may say the same words about something else.
//
// Left out are servers that do not say it so that it could be told: Home
// Assistant ("400: Bad Request"), Django without DEBUG, Laravel ("Bad hostname
// provided", with 404 and the look of every other one), Ollama (403 and nothing);
// and those that refuse no host: Parcel, Hono, Deno, Bun, Hugo, Caddy and nginx,
// whose page for an unknown host is an answer like others.
var hostRefusals = []hostRefusal{
	{
		by: "Astro", built: "Astro", status: 403, media: "text/plain",
		begins: `Blocked request. This host ("{host}") is not allowed.`, has: []string{"allowedHosts` in vite.config.js."},
		line: `vite: { server: { allowedHosts: ["{host}"] } },`, file: "astro.config.mjs",
		proof: "Astro 4.16.18 was started, refused, and answered with the line",
	},
	{
		by: "Nuxt", built: "Nuxt", status: 403, media: "text/plain",
		begins: `Blocked request. This host ("{host}") is not allowed.`, has: []string{"allowedHosts` in vite.config.js."},
		line: `vite: { server: { allowedHosts: ["{host}"] } },`, file: "nuxt.config.ts",
		proof: "Vite's answer; the vite key of nuxt.config is handed to Vite (nuxt.com/docs/api/nuxt-config#vite)",
	},
	{
		by: "Vite", status: 403, media: "text/plain",
		begins: `Blocked request. This host ("{host}") is not allowed.`, has: []string{"`preview.allowedHosts` in vite.config.js."},
		line: `preview: { allowedHosts: ["{host}"] },`, file: "vite.config.js",
		proof: "Vite 5.4.19 and 8.3.8, hostValidationMiddleware",
	},
	{
		by: "Vite", status: 403, media: "text/plain",
		begins: `Blocked request. This host ("{host}") is not allowed.`, has: []string{"`server.allowedHosts` in vite.config.js."},
		line: `server: { allowedHosts: ["{host}"] },`, file: "vite.config.js",
		proof: "Vite 5.4.19 was started, refused, and answered with the line; 8.3.8 has the same words",
	},
	{
		by: "Angular", status: 403, media: "text/html",
		has:  []string{"<title>Blocked request</title>", `<h1>Blocked request. This host ("{host}") is not allowed.</h1>`, "<code>angular.json</code>"},
		line: `"allowedHosts": ["{host}"]`, file: "angular.json, in the options of serve",
		proof: "@angular/build 21.2.27, src/tools/vite/middlewares/host-check-middleware.js",
	},
	{
		by: "Angular's server rendering", status: 400, media: "text/plain",
		begins: `Header "host" with value "{host}`, has: []string{`" is not allowed.`},
		line: `"security": { "allowedHosts": ["{host}"] }`, file: "angular.json, in the options of build",
		proof: "@angular/ssr 22.2.0, fesm2022/ssr.mjs, handleValidationError; @angular/build 21.2.27, builders/application/options.js",
	},
	{
		by: "Rsbuild", status: 403, media: "text/plain",
		whole: "Blocked request: disallowed or invalid Host header. To allow a trusted hostname, add it to server.allowedHosts.",
		line:  `server: { allowedHosts: ["{host}"] },`, file: "rsbuild.config.ts",
		proof: "@rsbuild/core 2.3.2, createHostCheckMiddleware",
	},
	{
		by: "Create React App", built: "Create React App", status: 403,
		whole: "Invalid Host header",
		line:  "DANGEROUSLY_DISABLE_HOST_CHECK=true", file: ".env.development.local",
		proof: "create-react-app.dev/docs/proxying-api-requests-in-development: it has no list of hosts",
	},
	{
		by: "webpack-dev-server", status: 403,
		whole: "Invalid Host header",
		line:  `devServer: { allowedHosts: ["{host}"] },`, file: "webpack.config.js",
		proof: "webpack-dev-server 5 was started, refused, and answered with the line",
	},
	{
		by: "Storybook", built: "Storybook", status: 403, media: "text/plain",
		whole: "Invalid host",
		line:  `core: { allowedHosts: ["{host}"] },`, file: ".storybook/main.ts",
		proof: "storybook 10.6.7, dist/core-server, getHostValidationMiddleware",
	},
	{
		by: "Next.js", status: 403, below: "/_next/",
		whole: "Unauthorized",
		line:  `allowedDevOrigins: ["{host}"],`, file: "next.config.js",
		proof: "next 16.4.6, dist/server/lib/router-utils/block-cross-site-dev.js",
	},
	{
		by: "Next.js", status: 403, below: "/__nextjs",
		whole: "Unauthorized",
		line:  `allowedDevOrigins: ["{host}"],`, file: "next.config.js",
		proof: "likewise",
	},
	{
		by: "Django", status: 400, media: "text/html",
		has:  []string{`<meta name="robots" content="NONE,NOARCHIVE">`, "<title>DisallowedHost"}, // the host comes later, of a length that nobody says
		line: `ALLOWED_HOSTS = ["{host}", ".localhost", "127.0.0.1", "[::1]"]`, file: "settings.py",
		proof: "Django 3.2.25 was started, refused, and answered with the line; the three behind it are what DEBUG allows (http/request.py, get_host)",
	},
	{
		by: "Django", status: 400, media: "text/plain",
		begins: "DisallowedHost at ", has: []string{"Invalid HTTP_HOST header: '{host}"},
		line: `ALLOWED_HOSTS = ["{host}", ".localhost", "127.0.0.1", "[::1]"]`, file: "settings.py",
		proof: "likewise, asked without text/html",
	},
	{
		by: "Rails", status: 403, media: "text/html",
		has:  []string{"<h1>Blocked host", ": {host}", `config.hosts &lt;&lt; "{host}`},
		line: `config.hosts << "{host}"`, file: "config/environments/development.rb",
		proof: "actionpack 6.1.7.10 was asked, refused, and answered with the line; later ones say Blocked hosts",
	},
	{
		by: "Rails", status: 403, media: "text/plain",
		has:  []string{"Blocked host", ": {host}", "config.hosts "},
		line: `config.hosts << "{host}"`, file: "config/environments/development.rb",
		proof: "likewise, to a script (X-Requested-With): the same page from 6.1, and blocked_host.text.erb from later ones",
	},
	{
		by: "Sinatra", status: 403, media: "text/plain",
		whole: "Host not permitted",
		line:  `set :host_authorization, { permitted_hosts: ["{host}", "localhost"] }`, file: "the application",
		proof: "rack-protection, lib/rack/protection/host_authorization.rb and base.rb (deny)",
	},
	{
		by: "Flask", status: 400, media: "text/html",
		has:  []string{"<title>400 Bad Request</title>\n<h1>Bad Request</h1>\n<p>Host &#39;{host}", "is not trusted.</p>"},
		line: `app.config["TRUSTED_HOSTS"] += ["{host}"]`, file: "the application",
		proof: "Flask 3.1.3 with Werkzeug 3.1.8 was asked, refused, and answered with the line",
	},
	{
		by: "Starlette's TrustedHostMiddleware", status: 400, media: "text/plain",
		whole: "Invalid host header",
		line:  `allowed_hosts=["{host}", "localhost", "127.0.0.1"]`, file: "the call that adds TrustedHostMiddleware",
		proof: "Starlette of Debian 12 was started, refused, and answered with the line",
	},
	{
		by: "an MCP server", status: 421,
		whole: "Invalid Host header",
		line:  `TransportSecuritySettings(allowed_hosts=["{host}", "{host}:*"])`, file: "the settings of its transport",
		proof: "MCP's SDK for Python, server/transport_security.py",
	},
	{
		by: "an MCP server", status: 403, media: "application/json",
		has:  []string{`"jsonrpc":"2.0"`, `"message":"Invalid Host: {host}"`},
		line: `allowedHosts: ["{host}", "localhost", "127.0.0.1"]`, file: "the settings of its server",
		proof: "@modelcontextprotocol/sdk 1.32.2, server/middleware/hostHeaderValidation.js",
	},
	{
		by: "ASP.NET Core", status: 400, media: "text/html",
		has:  []string{"<TITLE>Bad Request</TITLE>", "<h2>Bad Request - Invalid Hostname</h2>"},
		line: `"AllowedHosts": "{host};localhost"`, file: "appsettings.json",
		proof: "src/Middleware/HostFiltering/src/HostFilteringMiddleware.cs",
	},
	{
		by: "Symfony", status: 400, media: "text/html",
		begins: `<!-- Untrusted Host &quot;{host}&quot;. (400 Bad Request) -->`,
		line:   `trusted_hosts: ['^{host}$', '^localhost$']`, file: "config/packages/framework.yaml, under framework",
		proof: "http-foundation, Request::getHost; error-handler, Resources/views/exception_full.html.php",
	},
	{
		by: "Jupyter", built: "Jupyter", status: 403, media: "text/html",
		has:  []string{"403 : Forbidden"},
		line: `c.ServerApp.local_hostnames = ["localhost", "{host}"]`, file: "jupyter_server_config.py",
		proof: "jupyter_server, base/handlers.py, check_host",
	},
	{
		by: "Phoenix", built: "Phoenix", status: 403, isSocket: true,
		line: `check_origin: ["//localhost", "//{host}"],`, file: "config/dev.exs, in the settings of the endpoint",
		proof: "phoenix, lib/phoenix/socket/transport.ex, check_origin",
	},
	{
		by: "Syncthing", status: 403, media: "text/plain",
		whole: "Host check error",
		proof: "lib/api/api.go, localhostMiddleware",
	},
	{
		by: "the debugger of Chrome", status: 500, media: "text/html",
		whole: "Host header is specified and is not an IP address or localhost.",
		proof: "content/browser/devtools/devtools_http_handler.cc",
	},
}
