package trust

import (
	_ "embed"
	"path/filepath"
	"strconv"
)

// A client is a program that can be made to open a connection.
type client struct {
	name    string
	program string // "" for limen itself
	// words are its arguments, for a server of localhost at a port of 127.0.0.1.
	// Dir is an empty directory of its own.
	words   func(port int, dir string) []string
	file    string // what it needs in that directory, by name
	text    string
	refused int // its exit code where it does not trust the server

	// variable is what alone tells it of an authority: it reads no store.
	variable string
}

// clients are those of which there is one on each path. Each says what came of
// its handshake by its exit code. Browsers are tried by the databases that
// they read, with NSS's own client.
var clients = []client{
	goClient, curlClient, nodeClient, pythonClient, javaClient,
}

// refusedCode is how our own pieces end where a certificate is not trusted: the
// code that curl has for it (curl(1), "Exit codes", 60).
const refusedCode = 60

//go:embed client.js
var nodeText string

//go:embed client.py
var pythonText string

//go:embed Client.java
var javaText string

var (
	goClient   = client{name: "go"}
	curlClient = client{
		name: "curl", program: "curl", refused: refusedCode,
		words: func(port int, _ string) []string {
			return []string{
				"--disable", // the user's own settings, which may say --insecure
				"--silent", "--noproxy", "*", "--max-time", "10", "--output", "-", "--resolve", "localhost:" + strconv.Itoa(port) + ":127.0.0.1",
				"https://localhost:" + strconv.Itoa(port) + "/",
			}
		},
	}
	nodeClient = client{
		name: "node", program: "node", refused: refusedCode, file: "client.js", text: nodeText, variable: "NODE_EXTRA_CA_CERTS",
		words: func(port int, dir string) []string {
			return []string{filepath.Join(dir, "client.js"), strconv.Itoa(port)}
		},
	}
	pythonClient = client{
		name: "python3", program: "python3", refused: refusedCode, file: "client.py", text: pythonText,
		words: func(port int, dir string) []string {
			return []string{"-I", filepath.Join(dir, "client.py"), strconv.Itoa(port)}
		},
	}
	javaClient = client{
		name: "java", program: "java", refused: refusedCode, file: "Client.java", text: javaText,
		words: func(port int, dir string) []string {
			return []string{filepath.Join(dir, "Client.java"), strconv.Itoa(port)}
		},
	}
)

// nssClient is NSS's own, for one of its databases. It ends with 254 for each
// certificate that it does not take.
func nssClient(p Place) client {
	return client{
		name: p.Path(), program: "tstclnt", refused: 254,
		words: func(port int, _ string) []string {
			return []string{"-h", "127.0.0.1", "-a", "localhost", "-p", strconv.Itoa(port), "-d", "sql:" + p.Path(), "-Q"}
		},
	}
}
