package hint

// fileRows serve a folder, or the pages made of one.
var fileRows = []Row{
	{
		Name: "serve", Programs: []string{"serve"},
		Values: []string{"-c", "--config"}, Ports: []string{"-p", "--port"}, Addresses: []string{"-l", "--listen"},
		Insert:   []string{"-l", "tcp://{address}"},
		Evidence: "serve 14.2.7, serve --help: -l with a URI of tcp", Proof: Started,
	},
	{
		Name: "http-server", Programs: []string{"http-server"},
		Ports: portShort, Hosts: []string{"-a"}, InsertHost: []string{"-a", "{host}"}, Variables: readsPort,
		Evidence: "http-server 14.1.1, http-server --help, and PORT in bin/http-server", Proof: Started,
	},
	{
		Name: "live-server", Programs: []string{"live-server"},
		Ports: portOnly, Hosts: hostOnly, InsertHost: []string{"--host={host}"}, Variables: readsPort,
		Evidence: "live-server 1.2.2, live-server --help, and PORT in live-server.js", Proof: Started,
	},
	{
		Name: "json-server", Programs: []string{"json-server"},
		Ports: portShort, Hosts: []string{"--host", "-H", "-h"}, Insert: insertPort,
		Evidence: "json-server 0.17.4, json-server --help", Proof: Started,
	},
	{
		Name: "Hugo", Programs: []string{"hugo"},
		Commands: []string{"server", "serve"}, Values: []string{"-s", "--source", "-d", "--destination", "-c", "--contentDir", "--config", "-e", "--environment", "-b", "--baseURL", "-t", "--theme"},
		Ports: portShort, Hosts: []string{"--bind"}, Insert: insertPort, // --appendPort, which is set, puts it into the base URL, too
		Evidence: "hugo 0.111.3, hugo server --help", Proof: Started,
	},
	{
		Name: "Jekyll", Programs: []string{"jekyll"},
		Commands: []string{"serve", "server", "s"},
		Ports:    []string{"--port", "-P"}, Hosts: []string{"--host", "-H"}, Insert: insertPort,
		Evidence: "Jekyll 4.3.1, jekyll serve --help: -P, --port", Proof: Started,
	},
	{
		Name: "MkDocs", Programs: []string{"mkdocs"},
		Commands: []string{"serve"}, Addresses: []string{"-a", "--dev-addr"},
		Insert:   []string{"-a", "{address}"},
		Evidence: "mkdocs 1.4.2, mkdocs serve --help", Proof: Started,
	},
	{
		Name: "sphinx-autobuild", Programs: []string{"sphinx-autobuild", "sphinx_autobuild"},
		Ports: portOnly, Hosts: hostOnly, Insert: insertPort,
		Evidence: "sphinx-autobuild 2021.3.14, sphinx-autobuild --help: --port, --host (127.0.0.1)", Proof: Started,
	},
	{
		Name: "http.server", Programs: []string{"http.server"},
		Values: []string{"-d", "--directory", "--protocol"}, Hosts: []string{"-b", "--bind"}, Operand: true,
		Insert: []string{"{port}"}, InsertHost: []string{"--bind", "{host}"},
		Evidence: "Python 3.11, python3 -m http.server --help: [port], all interfaces", Proof: Started,
	},
	{
		Name: "Caddy", Programs: []string{"caddy"},
		Commands: []string{"file-server"}, Values: []string{"-r", "--root", "-d", "--domain"}, Addresses: []string{"-l", "--listen"}, Others: []string{"--domain", "-d"},
		Insert:   []string{"--listen", "{address}"},
		Evidence: "caddy 2.6.2, caddy file-server --help", Proof: Started,
	},
	{
		Name: "static-web-server", Programs: []string{"static-web-server"},
		Ports: portShort, Hosts: []string{"--host", "-a"}, Variables: []string{"SERVER_PORT={port}", "SERVER_HOST={host}"},
		Evidence: `Static Web Server documentation, "Environment Variables"`,
	},
	{
		Name: "miniserve", Programs: []string{"miniserve"},
		Ports: portShort, Hosts: []string{"--interfaces", "-i"}, Variables: []string{"MINISERVE_PORT={port}", "MINISERVE_INTERFACE={host}"},
		Evidence: "miniserve README, --help: MINISERVE_PORT, MINISERVE_INTERFACE",
	},
	{
		Name: "dufs", Programs: []string{"dufs"},
		Ports: portShort, Hosts: []string{"--bind", "-b"}, Variables: []string{"DUFS_PORT={port}", "DUFS_BIND={host}"},
		Evidence: `dufs README, "Environment Variables"`,
	},
	{
		Name: "Trunk", Programs: []string{"trunk"},
		Commands: []string{"serve"},
		Ports:    portShort, Hosts: []string{"--address", "-a"}, Insert: insertPort,
		Evidence: `Trunk guide, "Commands": trunk serve --port`,
	},
	{
		Name: "nginx", Programs: []string{"nginx"},
		Evidence: "nginx 1.22.1, nginx -h: no option names a port", Proof: Asked,
		Why: "nginx takes its ports from its configuration alone",
	},
}
