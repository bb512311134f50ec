package project

// A rule says how a framework is recognised. The command comes before the
// manifests: what was started says more than what is installed.
type rule struct {
	name string
	by   family // the language of the programs it makes

	// words are what the program may be called in its command line, each
	// with the arguments that must be there too: "manage.py runserver".
	words []string

	// with are packages, one of which must be declared for the words to
	// count: words of a tool that several frameworks share.
	with []string

	// packages are those that alone say so, if the program is the project's
	// own code. Build tools have none: a server that is bundled by webpack
	// is not served by it.
	packages []string

	// runtime marks what runs any program of its language. It counts only if
	// nothing better is known.
	runtime bool
}

// rules are all frameworks, each before those it is built on. Left out are
// test runners and editors' helpers, which nobody opens in a browser, and
// whatever only a port number would suggest.
var rules = []rule{
	{name: "Next.js", by: javaScript, words: []string{"next", "next-server"}, packages: []string{"next"}},
	{name: "Nuxt", by: javaScript, words: []string{"nuxt", "nuxi", "@nuxt/cli"}, packages: []string{"nuxt"}},
	{name: "Astro", by: javaScript, words: []string{"astro"}, packages: []string{"astro"}},
	{name: "SvelteKit", by: javaScript, words: []string{"vite"}, with: []string{"@sveltejs/kit"}},
	{name: "SvelteKit", by: javaScript, packages: []string{"@sveltejs/kit"}},
	{name: "React Router", by: javaScript, words: []string{"react-router", "@react-router/dev", "react-router-serve", "@react-router/serve"}, packages: []string{"@react-router/node"}},
	{name: "Remix", by: javaScript, words: []string{"remix", "@remix-run/dev", "remix-serve", "@remix-run/serve"}, packages: []string{"@remix-run/node"}},
	{name: "Storybook", by: javaScript, words: []string{"storybook", "start-storybook"}},
	{name: "Gatsby", by: javaScript, words: []string{"gatsby", "gatsby-cli"}},
	{name: "Docusaurus", by: javaScript, words: []string{"docusaurus", "@docusaurus/core"}},
	{name: "Eleventy", by: javaScript, words: []string{"eleventy", "@11ty/eleventy"}},
	{name: "Angular", by: javaScript, words: []string{"ng", "@angular/cli"}},
	{name: "Create React App", by: javaScript, words: []string{"react-scripts"}},
	{name: "Expo", by: javaScript, words: []string{"expo", "@expo/cli", "expo-cli"}},
	{name: "Metro", by: javaScript, words: []string{"metro", "react-native start"}},
	{name: "wrangler", by: javaScript, words: []string{"wrangler"}},
	{name: "wrangler", by: native, words: []string{"workerd"}},
	{name: "Parcel", by: javaScript, words: []string{"parcel", "parcel-bundler"}},
	{name: "webpack-dev-server", by: javaScript, words: []string{"webpack-dev-server", "webpack serve", "webpack-cli serve"}},
	{name: "Vite", by: javaScript, words: []string{"vite"}},
	{name: "NestJS", by: javaScript, words: []string{"nest", "@nestjs/cli"}, packages: []string{"@nestjs/core"}},
	{name: "Hono", by: javaScript, packages: []string{"hono"}},
	{name: "Fastify", by: javaScript, words: []string{"fastify", "fastify-cli"}, packages: []string{"fastify"}},
	{name: "Koa", by: javaScript, packages: []string{"koa"}},
	{name: "Express", by: javaScript, packages: []string{"express"}},
	{name: "Deno", by: javaScript, words: []string{"deno"}, runtime: true},
	{name: "Bun", by: javaScript, words: []string{"bun"}, runtime: true},

	{name: "Django", by: python, words: []string{"manage.py runserver", "django-admin runserver"}},
	{name: "Django", by: python, words: []string{"gunicorn", "uvicorn", "hypercorn", "daphne"}, with: []string{"django"}},
	{name: "FastAPI", by: python, words: []string{"fastapi"}},
	{name: "FastAPI", by: python, words: []string{"uvicorn", "gunicorn", "hypercorn"}, with: []string{"fastapi"}},
	{name: "Flask", by: python, words: []string{"flask"}},
	{name: "Flask", by: python, words: []string{"gunicorn"}, with: []string{"flask"}},
	{name: "Streamlit", by: python, words: []string{"streamlit"}},
	{name: "Jupyter", by: python, words: []string{"jupyter", "jupyter-lab", "jupyterlab", "jupyter-notebook", "notebook", "jupyter-server", "jupyter_server", "jupyterhub", "ipykernel", "ipykernel_launcher"}},
	{name: "MkDocs", by: python, words: []string{"mkdocs"}},
	{name: "uvicorn", by: python, words: []string{"uvicorn"}},
	{name: "gunicorn", by: python, words: []string{"gunicorn"}},
	{name: "FastAPI", by: python, packages: []string{"fastapi"}},
	{name: "Flask", by: python, packages: []string{"flask"}},
	{name: "Django", by: python, packages: []string{"django"}},

	{name: "Rails", by: ruby, words: []string{"rails"}, packages: []string{"rails"}},
	{name: "Rails", by: ruby, words: []string{"puma", "rackup"}, with: []string{"rails"}},
	{name: "Sinatra", by: ruby, words: []string{"puma", "rackup"}, with: []string{"sinatra"}},
	{name: "Jekyll", by: ruby, words: []string{"jekyll"}},
	{name: "Puma", by: ruby, words: []string{"puma"}},
	{name: "Sinatra", by: ruby, packages: []string{"sinatra"}},

	{name: "Laravel", by: php, words: []string{"artisan", "laravel/framework"}},
	{name: "Laravel", by: php, words: []string{"php -S"}, with: []string{"laravel/framework"}},
	{name: "Symfony", by: php, words: []string{"php -S"}, with: []string{"symfony/framework-bundle"}},
	{name: "PHP built-in server", by: php, words: []string{"php -S"}},
	{name: "Laravel", by: php, packages: []string{"laravel/framework"}},
	{name: "Symfony", by: php, packages: []string{"symfony/framework-bundle"}},
	{name: "Symfony", by: native, words: []string{"symfony"}},

	{name: "Quarkus", by: java, words: []string{"quarkus-run.jar", "io.quarkus.bootstrap.runner.QuarkusEntryPoint"}, packages: []string{"io.quarkus"}},
	{name: "Spring Boot", by: java, words: []string{
		"org.springframework.boot.loader.launch.JarLauncher", // since 3.2
		"org.springframework.boot.loader.JarLauncher",
	}, packages: []string{"org.springframework.boot"}},

	{name: "ASP.NET", by: dotnet, packages: []string{"Microsoft.AspNetCore.App"}},
	{name: "Phoenix", by: beam, words: []string{"phx.server"}, packages: []string{"phoenix"}},

	{name: "Hugo", by: native, words: []string{"hugo"}},
	{name: "Gin", by: golang, packages: []string{"github.com/gin-gonic/gin"}},
	{name: "Echo", by: golang, packages: []string{"github.com/labstack/echo/v4", "github.com/labstack/echo/v5", "github.com/labstack/echo"}},
	{name: "Fiber", by: golang, packages: []string{"github.com/gofiber/fiber/v3", "github.com/gofiber/fiber/v2", "github.com/gofiber/fiber"}},
	{name: "Axum", by: rust, packages: []string{"axum"}},
	{name: "Actix", by: rust, packages: []string{"actix-web"}},
	{name: "Rocket", by: rust, packages: []string{"rocket"}},
}
