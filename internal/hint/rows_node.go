package hint

// What the development servers of the JavaScript world share.
var (
	portOnly   = []string{"--port"}
	portShort  = []string{"--port", "-p"}
	hostOnly   = []string{"--host"}
	hostShort  = []string{"--host", "-h"}
	insertPort = []string{"--port", "{port}"}
	insertHost = []string{"--host", "{host}"}
	readsPort  = []string{"PORT={port}"}
	viteValues = []string{"-c", "--config", "-m", "--mode", "-l", "--logLevel", "--base", "-f", "--filter", "--outDir"}
)

// nodeRows are development servers and frameworks that run on Node, Bun or
// Deno. Those that say --host nothing listen at localhost by themselves.
var nodeRows = []Row{
	{
		Name: "Vite", Programs: []string{"vite"},
		Commands: []string{"", "dev", "serve", "preview"}, Idle: []string{"build", "optimize"}, Values: viteValues,
		Ports: portOnly, Hosts: hostOnly, Insert: insertPort,
		Evidence: "vite 8.3.8, vite --help; SvelteKit, SolidStart, Qwik and others are started by it", Proof: Started,
	},
	{
		Name: "Vite+", Programs: []string{"vp"},
		Commands: []string{"dev", "preview"},
		Ports:    portOnly, Hosts: hostOnly, Insert: insertPort,
		Evidence: "vite-plus 0.3.3, README: vp dev runs the server of Vite",
	},
	{
		Name: "Astro", Programs: []string{"astro"},
		Commands: []string{"dev", "preview"},
		Ports:    portOnly, Hosts: hostOnly, Insert: insertPort,
		Evidence: "astro 6.0.5, the help text in cli/dev and cli/preview", Proof: Asked,
	},
	{
		Name: "Angular", Programs: []string{"ng", "@angular/cli"},
		Commands: []string{"serve", "s", "dev"},
		Ports:    portOnly, Hosts: hostOnly, Insert: insertPort,
		Evidence: "@angular/build 21.2.27, dev-server/schema.json: port, host (localhost)", Proof: Asked,
	},
	{
		Name: "React Router", Programs: []string{"react-router"},
		Commands: []string{"dev"},
		Ports:    portShort, Hosts: hostOnly, Insert: insertPort,
		Evidence: "@react-router/dev 7.18.4, the help text in dist/cli", Proof: Asked,
	},
	{
		Name: "Remix", Programs: []string{"remix"},
		Commands: []string{"vite:dev"}, // the --port of the older "remix dev" is not the program's
		Ports:    portOnly, Hosts: hostOnly, Insert: insertPort,
		Evidence: "@remix-run/dev 2.17.5, the help text in dist/cli", Proof: Asked,
	},
	{
		Name: "React Router and Remix servers", Programs: []string{"react-router-serve", "remix-serve"},
		Variables: readsPort,
		Evidence:  "@remix-run/serve 2.17.5, dist/cli.js: PORT and HOST", Proof: Asked,
	},
	{
		Name: "Next.js", Programs: []string{"next"},
		Commands: []string{"dev", "start"},
		Ports:    portShort, Hosts: []string{"--hostname", "-H"}, InsertHost: []string{"--hostname", "{host}"}, Variables: readsPort,
		Evidence: "next 16.4.6, next dev --help: env PORT; it listens at 0.0.0.0", Proof: Started,
	},
	{
		Name: "Nuxt", Programs: []string{"nuxt", "nuxi"},
		Commands: []string{"dev", "preview"},
		Ports:    portShort, Hosts: hostShort, Variables: []string{"NUXT_PORT={port}", "NITRO_PORT={port}", "PORT={port}"},
		Evidence: "@nuxt/cli 3.37.0, nuxt dev --help: NUXT_PORT, NITRO_PORT, PORT", Proof: Started,
	},
	{
		Name: "Nitro", Programs: []string{"nitro", "nitropack"},
		Commands: []string{"dev", "preview"},
		Ports:    portOnly, Hosts: hostOnly, Variables: []string{"NITRO_PORT={port}", "PORT={port}"},
		Evidence: "nitropack 2.13.6, nitro dev takes the options of listhen: PORT", Proof: Asked,
	},
	{
		Name: "Vinxi", Programs: []string{"vinxi"},
		Commands: []string{"dev", "start"},
		Ports:    portOnly, Hosts: hostOnly, Variables: readsPort,
		Evidence: "vinxi 0.5.11, bin/cli.mjs: --port, else PORT; SolidStart 1 is started by it", Proof: Asked,
	},
	{
		Name: "Waku", Programs: []string{"waku"},
		Commands: []string{"dev", "start"},
		Ports:    portShort, Hosts: hostShort, Insert: insertPort,
		Evidence: "waku 0.27.5, dist/cli.js: -p, --port", Proof: Asked,
	},
	{
		Name: "Rsbuild", Programs: []string{"rsbuild"},
		Commands: []string{"dev", "preview"},
		Ports:    portOnly, Hosts: hostOnly, Insert: insertPort, InsertHost: insertHost,
		Evidence: "@rsbuild/core 2.3.2, rsbuild dev --help; version 1 listens at 0.0.0.0", Proof: Started,
	},
	{
		Name: "Rspack", Programs: []string{"rspack"},
		Commands: []string{"serve", "server", "s", "dev"},
		Ports:    portOnly, Hosts: hostOnly, Insert: insertPort, InsertHost: insertHost,
		Evidence: "@rspack/cli 2.2.8, rspack dev --help", Proof: Asked,
	},
	{
		Name: "webpack-dev-server", Programs: []string{"webpack", "webpack-cli"},
		Commands: []string{"serve", "server", "s"},
		Ports:    portOnly, Hosts: hostOnly, Insert: insertPort, InsertHost: insertHost,
		Evidence: "webpack-dev-server 5.2.7, webpack serve --help; without a host it listens at all", Proof: Started,
	},
	{
		Name: "webpack-dev-server", Programs: []string{"webpack-dev-server"},
		Ports: portOnly, Hosts: hostOnly, Insert: insertPort, InsertHost: insertHost,
		Evidence: "webpack-dev-server 5.2.7, webpack serve --help; without a host it listens at all", Proof: Started,
	},
	{
		Name: "Parcel", Programs: []string{"parcel"},
		Commands: []string{"", "serve"}, Idle: []string{"build", "watch", "help"},
		Ports: portShort, Hosts: hostOnly, InsertHost: insertHost, Variables: readsPort,
		Evidence: "parcel 2.16.4, parcel serve --help: $PORT; it listens on all interfaces", Proof: Started,
	},
	{
		Name: "Create React App", Programs: []string{"react-scripts"},
		Commands:  []string{"start"},
		Variables: readsPort,
		Evidence:  "react-scripts 5.0.1, scripts/start.js: PORT and HOST", Proof: Asked,
	},
	{
		Name: "Vue CLI", Programs: []string{"vue-cli-service"},
		Commands: []string{"serve"},
		Ports:    portOnly, Hosts: hostOnly, Insert: insertPort, InsertHost: insertHost,
		Evidence: "@vue/cli-service 5.0.9, lib/commands/serve.js: --port, --host (0.0.0.0)", Proof: Asked,
	},
	{
		Name: "Ember", Programs: []string{"ember"},
		Commands: []string{"serve", "server", "s"},
		Ports:    portShort, Hosts: []string{"--host", "-H"}, Insert: insertPort, InsertHost: insertHost,
		Evidence: "ember-cli 7.3.0, lib/commands/serve.js: --port, --host (all interfaces)", Proof: Asked,
	},
	{
		Name: "Storybook", Programs: []string{"storybook"},
		Commands: []string{"dev"},
		Ports:    portShort, Hosts: hostShort, Insert: []string{"-p", "{port}"}, InsertHost: insertHost,
		Evidence: "storybook 10.6.7, storybook dev --help", Proof: Asked,
	},
	{
		Name: "Storybook 6", Programs: []string{"start-storybook"},
		Ports: portShort, Hosts: hostShort, Insert: []string{"-p", "{port}"}, InsertHost: insertHost,
		Evidence: `Storybook documentation, "CLI options": -p, --host`,
	},
	{
		Name: "Docusaurus", Programs: []string{"docusaurus"},
		Commands: []string{"start", "serve"},
		Ports:    portShort, Hosts: hostShort, Insert: insertPort,
		Evidence: "@docusaurus/core 3.10.2, the help text in lib/commands: --port, --host (localhost)", Proof: Asked,
	},
	{
		Name: "Gatsby", Programs: []string{"gatsby"},
		Commands: []string{"develop", "serve"},
		Ports:    portShort, Hosts: []string{"--host", "-H"}, Insert: insertPort,
		Evidence: "gatsby-cli 5.16.0, lib/create-cli.js: --port, --host (localhost)", Proof: Asked,
	},
	{
		Name: "Eleventy", Programs: []string{"eleventy", "@11ty/eleventy"},
		Needs: []string{"--serve"}, Ports: portOnly, Insert: []string{"--port={port}"},
		Evidence: "@11ty/eleventy 2.0.1, cmd.js: --port", Proof: Asked,
	},
	{
		Name: "Expo", Programs: []string{"expo"},
		Commands: []string{"start"},
		Ports:    portShort, Insert: insertPort, // its --host is a mode: lan, tunnel, localhost
		Evidence: "@expo/cli 58.0.7, build/src/start: --port", Proof: Asked,
	},
	{
		Name: "React Native", Programs: []string{"react-native"},
		Commands: []string{"start"},
		Ports:    portOnly, Hosts: hostOnly, Insert: insertPort,
		Evidence: "@react-native/community-cli-plugin 0.86.3, dist/commands/start: --port, --host", Proof: Asked,
	},
	{
		Name: "wrangler", Programs: []string{"wrangler"},
		Commands: []string{"dev", "pages dev"},
		Values:   []string{"-c", "--config", "-e", "--env", "--cwd", "--host"}, // its --host is the zone requests are for
		Ports:    portOnly, Hosts: []string{"--ip"}, Insert: insertPort, InsertHost: []string{"--ip", "{host}"},
		Evidence: "wrangler 4.86.0, wrangler dev --help", Proof: Started,
	},
	{
		Name: "Meteor", Programs: []string{"meteor"},
		Commands: []string{"", "run"}, Idle: []string{"build", "create", "test", "npm", "node", "mongo", "shell", "add", "remove", "update", "deploy", "reset", "list", "lint", "help"},
		Ports: portShort, Insert: insertPort,
		Evidence: `Meteor documentation, "Command Line": meteor run --port`,
	},
	{
		Name: "Deno", Programs: []string{"deno"},
		Commands: []string{"serve"},
		Ports:    portOnly, Hosts: hostOnly, Insert: insertPort, InsertHost: insertHost, First: true,
		Evidence: `Deno documentation, "deno serve": --port, --host (0.0.0.0), before the file`,
	},
	{
		Name: "Bun", Programs: []string{"bun"},
		Variables: []string{"BUN_PORT={port}", "PORT={port}"},
		Evidence:  `Bun documentation, "HTTP server": BUN_PORT, PORT, NODE_PORT`,
		Why:       noArgument,
	},
}
