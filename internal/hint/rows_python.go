package hint

// pythonRows are servers and frameworks of Python.
var pythonRows = []Row{
	{
		Name: "Django", Programs: []string{"./manage.py", "django-admin", "django"},
		Commands: []string{"runserver", "runserver_plus"}, Values: []string{"--settings", "--pythonpath", "-v", "--verbosity"}, Operand: true,
		Insert:   []string{"{address}"},
		Evidence: "Django 3.2.25, django-admin runserver --help: [addrport]", Proof: Started,
	},
	{
		Name: "Flask", Programs: []string{"flask"},
		Commands: []string{"run"}, Values: []string{"-A", "--app", "-e", "--env-file", "--cert", "--key"},
		Ports: portShort, Hosts: hostShort, Variables: []string{"FLASK_RUN_PORT={port}"},
		Evidence: "Flask 2.2.2, cli.py: auto_envvar_prefix FLASK, flask run --help", Proof: Started,
	},
	{
		Name: "FastAPI", Programs: []string{"fastapi"},
		Commands: []string{"dev"},
		Ports:    portOnly, Hosts: hostOnly, Insert: insertPort,
		Evidence: "fastapi-cli, fastapi dev --help: --port, --host (127.0.0.1)",
	},
	{
		Name: "FastAPI", Programs: []string{"fastapi"},
		Commands: []string{"run"},
		Ports:    portOnly, Hosts: hostOnly, Insert: insertPort, InsertHost: insertHost,
		Evidence: "fastapi-cli, fastapi run --help: --port, --host (0.0.0.0)",
	},
	{
		Name: "uvicorn", Programs: []string{"uvicorn"},
		Ports: portOnly, Hosts: hostOnly, Others: []string{"--uds", "--fd"}, Insert: insertPort,
		Evidence: "uvicorn 0.17.6, uvicorn --help: --port, --host (127.0.0.1)", Proof: Started,
	},
	{
		Name: "gunicorn", Programs: []string{"gunicorn"},
		Addresses: []string{"-b", "--bind"}, Configs: []string{"-c", "--config"}, Files: []string{"gunicorn.conf.py"},
		Insert: []string{"--bind", "{address}"}, Variables: readsPort,
		Evidence: "gunicorn 20.1.0, gunicorn --help, and config.py: with PORT alone it listens at 0.0.0.0", Proof: Started,
	},
	{
		Name: "hypercorn", Programs: []string{"hypercorn"},
		Addresses: []string{"-b", "--bind", "--insecure-bind", "--quic-bind"}, Configs: []string{"-c", "--config"},
		Insert:   []string{"--bind", "{address}"},
		Evidence: "hypercorn 0.13.2, hypercorn --help: -b host:port", Proof: Started,
	},
	{
		Name: "daphne", Programs: []string{"daphne"},
		Ports: portShort, Hosts: []string{"-b", "--bind"}, Others: []string{"-u", "--unix-socket", "--fd", "-e", "--endpoint"},
		Insert:   insertPort,
		Evidence: "daphne 4.0.0, daphne --help: -p, and -b (127.0.0.1)", Proof: Started,
	},
	{
		Name: "Streamlit", Programs: []string{"streamlit"},
		Commands: []string{"run", "hello"},
		Ports:    []string{"--server.port"}, Hosts: []string{"--server.address"},
		Variables: []string{"STREAMLIT_SERVER_PORT={port}", "STREAMLIT_SERVER_ADDRESS={host}"},
		Evidence:  `Streamlit documentation, "config.toml": STREAMLIT_SERVER_PORT`,
	},
	{
		Name: "Gradio", Programs: []string{"gradio"},
		Variables: []string{"GRADIO_SERVER_PORT={port}"},
		Evidence:  `Gradio guide, "Environment Variables": GRADIO_SERVER_PORT`,
	},
	{
		Name: "Jupyter", Programs: []string{"jupyter"},
		Commands: []string{"lab", "notebook", "server", "nbclassic"},
		Ports:    []string{"--port", "--ServerApp.port", "--NotebookApp.port"}, Hosts: []string{"--ip", "--ServerApp.ip", "--NotebookApp.ip"},
		Insert:   []string{"--port={port}"},
		Evidence: `Jupyter Server documentation, "Config file and command line options": --port, --ip (localhost)`,
	},
	{
		Name: "Jupyter", Programs: []string{"jupyter-lab", "jupyter-notebook", "jupyter-server", "jupyterlab", "notebook"},
		Ports: []string{"--port", "--ServerApp.port", "--NotebookApp.port"}, Hosts: []string{"--ip", "--ServerApp.ip", "--NotebookApp.ip"},
		Insert:   []string{"--port={port}"},
		Evidence: "jupyter-server 1.23.3, jupyter-server --help: --port; it listens at localhost", Proof: Started,
	},
	{
		Name: "Python", Programs: []string{"python", "python3"}, // what is left of it is a file of the project
		Variables: []string{"GRADIO_SERVER_PORT={port}", "PORT={port}"},
		Evidence:  `Gradio guide, "Environment Variables": GRADIO_SERVER_PORT; nothing else reads it`,
		Why:       noArgument,
	},
}
