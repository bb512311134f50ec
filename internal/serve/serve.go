// Package serve serves a folder over HTTP: what lies in it and nothing beside
// it, never stale, and to nobody whom it was not meant for.
package serve

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

// Config says what is served, and how. The zero value serves the current
// folder to this machine.
type Config struct {
	Root string // the folder; empty means the current one

	Cache    Cache // how long browsers may keep what they got
	SPA      bool  // answer navigations to what is not there with the index
	Compress bool  // compress on the fly; worth its time where the network is slow
	Reload   bool  // let pages know when their files change
	Open     bool  // to anyone who knows the address, without a link token; only counts with LAN
	LAN      bool  // other devices of the network are served, too

	Quiet bool // tell of no requests

	Token string // in the link that lets a device of the network in; empty means a new one
	Drop  *Drop  // takes files by a link of its own; nil takes none

	Hosts []string // names and addresses that people were told, beside localhost and this machine's own

	Beside   Beside   // what answers beside the files; the zero value is nothing
	CORS     []string // origins whose pages may read, too, as http://localhost:3000
	Login    string   // a file with USER:PASSWORD of who may read, or env:NAME; empty asks nobody
	Throttle []string // how slow answers are, for all or for one device, as 3g or 192.168.1.20=100kB@300ms

	// GetCertificate gives the certificate of HTTPS; nil, and where it gives
	// nil, means one that the site signs itself, which browsers warn of.
	GetCertificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)

	Tell func(limen.Served) // told of each request and notice, one at a time; nil for nobody
	Now  func() time.Time   // nil means the system's clock

	Getenv func(string) string // nil means the process's own environment
}

// A Site is a served folder. It is safe for several goroutines.
type Site struct {
	config Config
	root   *folder
	name   string   // of the folder, as host names allow: NAME.localhost is its own origin
	mark   string   // of the folder, by which browsers know it again
	hosts  []string // names and addresses it has beside those of every server, in lower case
	now    func() time.Time
	tell   teller
	signed func() (*tls.Certificate, error) // the certificate of its own, made once

	reloader *reloader // nil where pages are not told of changes
	box      *box      // nil where no files are taken
	beside   *beside   // nil where nothing answers but files
	origins  []string  // whose pages may read, too
	login    login     // empty where nobody is asked for one
	throttle *throttle // nil where answers are as fast as they can be
	rulebook rulebook  // what the folder says of itself
}

// New opens a folder. It starts nothing and listens nowhere.
func New(c Config) (*Site, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	path, err := filepath.Abs(c.Root)
	if err != nil {
		return nil, cannotServe(c.Root, err)
	}
	root, err := openFolder(path, c.Now)
	if err != nil {
		return nil, cannotServe(cmp.Or(c.Root, path), err)
	}
	s := &Site{config: c, root: root, name: hostLabel(filepath.Base(path)), mark: markOf(path), now: c.Now, tell: teller{to: c.Tell}}
	s.signed = sync.OnceValues(s.sign)
	if c.Reload {
		s.reloader = newReloader()
	}
	for _, host := range c.Hosts {
		h, err := parseHost(host)
		if err != nil {
			return nil, errors.Join(badHost(host, err), root.Close())
		}
		s.hosts = append(s.hosts, h)
	}
	if s.config.Token == "" {
		s.config.Token = NewToken()
	}
	if err := s.openMore(c); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	if c.Drop != nil {
		if s.box, err = openBox(*c.Drop, s.now()); err != nil {
			return nil, errors.Join(err, s.beside.Close(), root.Close())
		}
	}
	return s, nil
}

// badHost says what is wrong with a name that people were told.
func badHost(host string, err error) error {
	return &limen.Error{
		Kind: limen.Invalid, What: fmt.Sprintf("cannot answer for the host %q", host), Why: err.Error(), Next: "--host shop.example",
	}
}

// cannotServe says why a folder cannot be opened, and what to do.
func cannotServe(path string, err error) error {
	e := &limen.Error{What: fmt.Sprintf("cannot serve %q", path), Why: err.Error()}
	info, statErr := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Kind, e.Why, e.Next = limen.NotFound, "there is no such folder", "name one that is there"
	case statErr == nil && !info.IsDir():
		e.Kind, e.Why, e.Next = limen.Invalid, "it is a file, and limen serves folders", fmt.Sprintf("limen serve %q", filepath.Dir(path))
	case errors.Is(err, fs.ErrPermission):
		e.Kind, e.Why, e.Next = limen.Denied, "you may not read it", fmt.Sprintf("ls -ld %q", path)
	}
	return e
}

// Close lets go of the folder. Requests that are being answered must be over.
func (s *Site) Close() error {
	err := errors.Join(s.beside.Close(), s.root.Close())
	if s.box != nil {
		err = errors.Join(err, s.box.Close())
	}
	return err
}

// Path is where the folder is.
func (s *Site) Path() string { return s.root.path }

// Origin is the site's own host name, which no other folder shares: cookies,
// storage and service workers of one project never touch another's.
func (s *Site) Origin() string { return s.name + ".localhost" }

// Label is the name of the folder as host names allow.
func (s *Site) Label() string { return s.name }

// Answer makes the site answer for one more host. It must not be called once
// the site is served.
func (s *Site) Answer(host string) { s.hosts = append(s.hosts, strings.ToLower(host)) }

// A layer is something that stands between a request and the file that
// answers it.
type layer struct {
	name string
	wrap func(*Site, http.Handler) http.Handler // gives back what it got where the site has no use for it
}

// layers are all layers, the outermost first: each may rely on what those
// before it let through.
var layers = []layer{
	{"log", (*Site).logged},          // sees what all others made of a request
	{"throttle", (*Site).throttled},  // as slow as a phone far away
	{"gate", (*Site).gated},          // hosts, origins and paths; nothing behind it decodes a path again
	{"cors", (*Site).welcoming},      // pages of other origins that were named; their browsers ask before they log in
	{"login", (*Site).authenticated}, // a user and a password
	{"token", (*Site).tokened},       // link tokens of other devices
	{"endpoints", (*Site).endpoints}, // limen's own, below /_limen/
	{"beside", (*Site).besides},      // mocks, recordings and other servers
	{"read", (*Site).read},           // from here on, nothing is changed by a request
	{"redirects", (*Site).ruled},     // _redirects
	{"welcome", (*Site).welcomed},    // what browsers kept of other projects
	{"inject", (*Site).inject},       // the script that reloads a page
	{"compress", (*Site).compressed}, // on the fly
	{"headers", (*Site).headed},      // _headers
}

// Handler returns what answers requests: the layers, and below them the files.
func (s *Site) Handler() http.Handler {
	var h http.Handler = http.HandlerFunc(s.files)
	for i := len(layers) - 1; i >= 0; i-- {
		h = layers[i].wrap(s, h)
	}
	return h
}
