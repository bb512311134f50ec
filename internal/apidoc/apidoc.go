// Package apidoc finds the descriptions of its own interface that a service
// offers, by asking where they usually are.
package apidoc

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

// A Service is who is asked.
type Service struct {
	Dial   func(context.Context) (net.Conn, error)
	Secret bool   // over TLS; whose certificate it is, is not looked at
	Host   string // what it is asked for
	URL    string // what stands before the path of what was found, as people open it

	Patience time.Duration // for all places together; zero means a second: somebody waits
}

// A place is where services have a document.
type place struct {
	path string
	of   string // who has it there
}

// places are asked in this order until one has a document. Each is a line in
// somebody's log, so they are few.
var places = []place{
	{"/openapi.json", "FastAPI, Litestar, NestJS by habit, Kubernetes' aggregated APIs"},
	{"/v3/api-docs", "springdoc"},
	{"/swagger/v1/swagger.json", "Swashbuckle, of ASP.NET"},
	{"/openapi/v1.json", "ASP.NET 9"},
	{"/api/schema/", "drf-spectacular, of Django"},
	{"/swagger.json", "Flask-RESTX, go-swagger"},
	{"/api-docs", "rswag, of Rails; swagger-ui-express"},
	{"/api-json", "NestJS"},
	{"/documentation/json", "Fastify"},
	{"/api/openapi.json", "what stands below /api, as with Django Ninja"},
	{"/docs/openapi.json", "Redocly, and others that publish a folder"},
	{"/v2/api-docs", "Springfox"},
	{"/q/openapi", "Quarkus"},
	{"/openapi.yaml", "written by hand"},
	{"/asyncapi.json", "written by hand, or FastStream"},
	{"/graphql?query=%7B__typename%7D", "GraphQL: a question about the schema, and no write (GraphQL over HTTP, section 6.2)"},
}

const (
	mostRead    = 4 << 20 // of one document
	mostTurns   = 2       // how often one may lead elsewhere
	mostHeadKiB = 64
)

// agent is what a service is told of who asks, as it may stand in its log.
const agent = "limen (limen tap looks for a description of the interface)"

// Find returns what a service offers: nothing, mostly. It reports whether that is all
// there is; else it is worth asking again.
func Find(ctx context.Context, s Service) (found []limen.Document, isAll bool) {
	ctx, stop := context.WithTimeout(ctx, cmp.Or(s.Patience, time.Second))
	defer stop()
	by := &http.Transport{
		DialContext:     func(ctx context.Context, _, _ string) (net.Conn, error) { return s.Dial(ctx) },
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, MaxConnsPerHost: 1, MaxResponseHeaderBytes: mostHeadKiB << 10,
	}
	defer by.CloseIdleConnections()
	c := &http.Client{Transport: by, CheckRedirect: func(r *http.Request, before []*http.Request) error {
		if len(before) > mostTurns || r.URL.Host != before[0].URL.Host {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	for _, p := range places {
		d, err := s.ask(ctx, c, p.path)
		if err != nil {
			return nil, false // it does not speak HTTP, or is busy with something else
		}
		if d != nil {
			return []limen.Document{*d}, true
		}
	}
	return nil, true
}

// ask asks at one place. It returns nil if there is no document.
func (s Service) ask(ctx context.Context, c *http.Client, path string) (*limen.Document, error) {
	scheme := "http"
	if s.Secret {
		scheme = "https"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+cmp.Or(s.Host, "localhost")+path, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/json, application/vnd.oai.openapi+json, application/yaml;q=0.9, */*;q=0.1")
	r.Header.Set("User-Agent", agent)
	answer, err := c.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK || strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
		io.CopyN(io.Discard, answer.Body, 64<<10) // so that the connection can be used again, mostly
		return nil, nil
	}
	d, ok := Read(io.LimitReader(answer.Body, mostRead))
	if !ok {
		return nil, ctx.Err()
	}
	plain, _, _ := strings.Cut(path, "?")
	d.URL = s.URL + plain
	if at := answer.Request.URL; at.Path != plain {
		d.URL = s.URL + at.EscapedPath()
	}
	return &d, nil
}

// Read reads so much of a document that it is clear what it is. It reports false
// for everything else.
func Read(from io.Reader) (limen.Document, bool) {
	r := bufio.NewReader(from)
	for {
		first, err := r.Peek(1)
		if err != nil {
			return limen.Document{}, false
		}
		if strings.IndexByte(" \t\r\n\ufeff", first[0]) < 0 {
			break
		}
		r.Discard(1)
	}
	var d document
	var err error
	if first, _ := r.Peek(1); first[0] == '{' {
		err = d.readJSON(r)
	} else {
		err = d.readYAML(r)
	}
	return d.noun(), err == nil && d.format() != ""
}

var errNoDocument = errors.New("it is no document")
