package hint

import "slices"

// What servers on the Java machine are told by. Its tools do not say which of
// them they start; each reads its own, and nothing else does.
var (
	spring    = []string{"SERVER_PORT={port}", "SERVER_ADDRESS={host}"}
	quarkus   = []string{"QUARKUS_HTTP_PORT={port}", "QUARKUS_HTTP_HOST={host}"}
	micronaut = []string{"MICRONAUT_SERVER_PORT={port}", "MICRONAUT_SERVER_HOST={host}"}
)

// webRows are frameworks of PHP, Ruby, Java, .NET, Elixir, Go and Rust.
var webRows = []Row{
	{
		Name: "php -S", Programs: []string{"php"},
		Needs: []string{"-S"}, Addresses: []string{"-S"},
		Evidence: "PHP 8.2, php --help: -S address:port", Proof: Started,
	},
	{
		Name: "Laravel", Programs: []string{"./artisan"},
		Commands: []string{"serve"},
		Ports:    portOnly, Hosts: hostOnly, Insert: []string{"--port={port}"},
		Evidence: "Laravel, ServeCommand: --port, --host (127.0.0.1)",
	},
	{
		Name: "Symfony", Programs: []string{"symfony"},
		Commands: []string{"serve", "server:start", "local:server:start"},
		Ports:    portOnly, Hosts: []string{"--listen-ip", "--allow-all-ip"}, Insert: []string{"--port={port}"},
		Evidence: `Symfony documentation, "Symfony Local Web Server": --port`,
	},
	{
		Name: "Rails", Programs: []string{"rails", "./rails"},
		Commands: []string{"server", "s"},
		Ports:    portShort, Hosts: []string{"--binding", "-b"}, Variables: []string{"PORT={port}"}, NoHost: true,
		Evidence: `Ruby on Rails guide, "The Rails Command Line"; ServerCommand reads PORT; HOST is deprecated for BINDING`,
	},
	{
		Name: "Puma", Programs: []string{"puma"},
		Values: []string{"-t", "--threads", "-w", "--workers", "-e", "--environment", "-S", "--state", "--dir", "--control-url"},
		Ports:  portShort, Addresses: []string{"-b", "--bind"}, Files: []string{"config/puma.rb"}, Configs: []string{"-C", "--config"},
		Insert:   []string{"-b", "tcp://{address}"},
		Evidence: "Puma 5.6.5, puma --help; it listens at 0.0.0.0", Proof: Started,
	},
	{
		Name: "rackup", Programs: []string{"rackup"},
		Ports: portShort, Hosts: []string{"--host", "-o"}, Insert: insertPort,
		Evidence: "Rack 2.2, rackup --help: -p, --port, and localhost", Proof: Started,
	},
	{
		Name: "Ruby", Programs: []string{"ruby"}, // of which a file of the project was run
		Variables: readsPort,
		Evidence:  "Sinatra 3.0.5, base.rb: PORT, and localhost in development", Proof: Started,
		Why: noArgument,
	},
	{
		Name: "Spring Boot, Quarkus, Micronaut", Programs: []string{"java", "gradle", "gradlew", "./gradlew", "mvn", "mvnw", "./mvnw", "quarkus"},
		Ports: []string{
			"--server.port", "-Dserver.port", "--args=--server.port", "-Dspring-boot.run.arguments=--server.port",
			"-Dquarkus.http.port", "-Dmicronaut.server.port",
		},
		Variables: slices.Concat(spring, quarkus, micronaut),
		Evidence:  "Spring Boot reference, \"Binding From Environment Variables\"; Quarkus, \"Configuration Reference Guide\"; Micronaut guide, \"Property Sources\"",
	},
	{
		Name: "ASP.NET Core", Programs: []string{"dotnet"},
		Commands:  []string{"run", "watch", "watch run", "exec"},
		Addresses: []string{"--urls"}, Variables: []string{"ASPNETCORE_URLS=http://{host}:{port}"},
		Evidence: `ASP.NET Core documentation, "Configure endpoints for the Kestrel web server": ASPNETCORE_URLS; a launch profile wins`,
	},
	{
		Name: "Phoenix", Programs: []string{"mix", "iex"},
		Variables: readsPort,
		Evidence:  `Phoenix guide, "Introduction to Deployment": config/runtime.exs reads PORT`,
		Why:       noArgument,
	},
	{
		Name: "Go", Programs: []string{"go", "air"},
		Variables: readsPort,
		Evidence:  `Heroku Dev Center, "Getting Started on Heroku with Go": PORT`,
		Why:       noArgument,
	},
	{
		Name: "Cargo", Programs: []string{"cargo"},
		Variables: []string{"ROCKET_PORT={port}", "PORT={port}"},
		Evidence:  `Rocket guide, "Configuration": ROCKET_PORT; nothing else reads it`,
		Why:       noArgument,
	},
}
