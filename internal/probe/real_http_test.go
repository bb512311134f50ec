package probe

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

// page is what the servers have to show.
const page = "<html><head><title>A &amp; B</title></head></html>\n"

// wsgi and asgi are the least programs for servers of Python.
const (
	wsgi = "def app(environ, start):\n    start('200 OK', [('Content-Type', 'text/plain')])\n    return [b'hello']\n"
	asgi = "async def app(scope, receive, send):\n" +
		"    if scope['type'] != 'http': return\n" +
		"    await send({'type': 'http.response.start', 'status': 200, 'headers': []})\n" +
		"    await send({'type': 'http.response.body', 'body': b'hello'})\n"
	nginxPage = "daemon off; pid {dir}/pid; error_log stderr; events {}\n" +
		"http { access_log off; client_body_temp_path {dir}; proxy_temp_path {dir}; fastcgi_temp_path {dir}; uwsgi_temp_path {dir}; scgi_temp_path {dir};\n" +
		"server { listen {addr}%s; %s root {dir}; } }\n"
	apachePage = "ServerName localhost\nListen {addr}\nPidFile {dir}/pid\nErrorLog {dir}/error.log\nMutex file:{dir}\nDefaultRuntimeDir {dir}\nDocumentRoot {dir}\n" +
		"LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so\nLoadModule dir_module /usr/lib/apache2/modules/mod_dir.so\n" +
		"LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so\nLoadModule mime_module /usr/lib/apache2/modules/mod_mime.so\nTypesConfig /etc/mime.types\n"
	squidPort = "http_port {addr}\nhttp_access allow all\npid_filename {dir}/pid\naccess_log none\ncache_log {dir}/cache.log\ncache deny all\ncoredump_dir {dir}\nvisible_hostname localhost\n" +
		"netdb_filename none\nlogfile_rotate 0\npinger_enable off\nworkers 1\n"
	haproxyStats = "global\n maxconn 64\ndefaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 1s\nfrontend web\n bind {addr}\n stats enable\n stats uri /\n"
)

// web is a server and what it is known as. A version is told, or is not.
type web struct {
	server
	product, protocol string
	told              bool
}

var webs = []web{
	{server{Program: "nginx", Root: true, Args: []string{"-c", "{dir}/nginx.conf", "-p", "{dir}"}, Files: map[string]string{"nginx.conf": fmt.Sprintf(nginxPage, "", ""), "index.html": page}}, "nginx", "http", true},
	{server{Program: "apache2", Args: []string{"-X", "-f", "{dir}/apache.conf"}, Files: map[string]string{"apache.conf": apachePage, "index.html": page}}, "Apache", "http", true},
	{server{Program: "lighttpd", Args: []string{"-D", "-f", "{dir}/lighttpd.conf"}, Files: map[string]string{"lighttpd.conf": "server.document-root = \"{dir}\"\nserver.port = {port}\nserver.bind = \"127.0.0.1\"\n"}}, "lighttpd", "http", true},
	{server{Program: "caddy", Args: []string{"file-server", "--listen", "{addr}", "--root", "{dir}"}}, "Caddy", "http", false},
	{server{Program: "haproxy", Args: []string{"-db", "-f", "{dir}/haproxy.cfg"}, Files: map[string]string{"haproxy.cfg": haproxyStats}}, "HAProxy", "http", true},
	{server{Program: "varnishd", Root: true, Args: []string{"-F", "-a", "{addr}", "-b", "none", "-n", "{dir}/work", "-s", "malloc,16m"}}, "Varnish", "http", true},
	{server{Program: "squid", Args: []string{"-N", "-f", "{dir}/squid.conf"}, Files: map[string]string{"squid.conf": squidPort}}, "Squid", "http-proxy", true},
	{server{Program: "tinyproxy", Args: []string{"-d", "-c", "{dir}/tinyproxy.conf"}, Files: map[string]string{"tinyproxy.conf": "Port {port}\nListen 127.0.0.1\nTimeout 5\nMaxClients 5\n"}}, "tinyproxy", "http-proxy", true},
	{server{Program: "php", Args: []string{"-S", "{addr}", "-t", "{dir}"}, Files: map[string]string{"index.php": "hello"}}, "PHP", "http", true},
	{server{Program: "/usr/bin/python3", Args: []string{"-m", "http.server", "-b", "127.0.0.1", "{port}"}}, "Python http.server", "http", true},
	{server{Program: "/usr/bin/gunicorn", Args: []string{"-b", "{addr}", "app:app"}, Files: map[string]string{"app.py": wsgi}}, "gunicorn", "http", false},
	{server{Program: "/usr/bin/uvicorn", Args: []string{"--port", "{port}", "app:app"}, Files: map[string]string{"app.py": asgi}}, "Uvicorn", "http", false},
	{server{Program: "ruby", Args: []string{"-rwebrick", "-e", "WEBrick::HTTPServer.new(BindAddress: '127.0.0.1', Port: {port}).start"}}, "WEBrick", "http", true},
	{server{Program: "node", Args: []string{"-e", "require('http').createServer((q, s) => { s.setHeader('Server', 'nginx/1.2.3'); s.end('hello') }).listen({port}, '127.0.0.1')"}}, "Node.js", "http", false},
}

func TestRealWebServersAreKnown(t *testing.T) {
	for _, w := range webs {
		t.Run(w.Program[strings.LastIndexByte(w.Program, '/')+1:]+" "+w.product, func(t *testing.T) {
			got := ask(t, HTTP, w.start(t))
			if got.Product != w.product || got.Protocol != w.protocol || got.Confidence != limen.Exchanged || w.told != (got.Version != "") {
				t.Errorf("it is taken for %+v", got)
			}
		})
	}
}

// pythonApp starts a program of Python's Debian packages.
func pythonApp(text string, args ...string) server {
	return server{Program: "/usr/bin/python3", Args: append([]string{"app.py"}, args...), Files: map[string]string{"app.py": text}}
}

func TestRealFrameworksOfPythonAreKnown(t *testing.T) {
	for product, text := range map[string]string{
		"Werkzeug": "from werkzeug.serving import run_simple\nfrom werkzeug.wrappers import Response\nrun_simple('127.0.0.1', {port}, Response('hello'))\n",
		"Tornado":  "import tornado.ioloop, tornado.web\ntornado.web.Application([]).listen({port}, '127.0.0.1')\ntornado.ioloop.IOLoop.current().start()\n",
		"aiohttp":  "from aiohttp import web\nweb.run_app(web.Application(), host='127.0.0.1', port={port}, print=None)\n",
		"FastAPI":  "import uvicorn, fastapi\nuvicorn.run(fastapi.FastAPI(title='A'), port={port})\n",
		"Django": "import sys\nfrom django.conf import settings\nfrom django.core.management import execute_from_command_line\n" +
			"settings.configure(DEBUG=True, SECRET_KEY='a', ROOT_URLCONF='__main__', ALLOWED_HOSTS=['*'])\nurlpatterns = []\n" +
			"if __name__ == '__main__': execute_from_command_line(['app.py', 'runserver', '--noreload', '{addr}'])\n",
	} {
		t.Run(product, func(t *testing.T) {
			app := pythonApp(text)
			module := strings.ToLower(product)
			if exec.Command("/usr/bin/python3", "-c", "import "+module).Run() != nil {
				nettest.Skip(t, "needs the package "+module+" of Debian's Python")
			}
			got := ask(t, HTTP, app.start(t))
			if got.Product != product || got.Protocol != "http" {
				t.Errorf("it is taken for %+v", got)
			}
		})
	}
}
