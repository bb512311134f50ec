package registry

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// Official is where IANA has its list.
const Official = "https://www.iana.org/assignments/service-names-port-numbers/service-names-port-numbers.csv"

// A Fetcher fetches a list. The zero Fetcher is ready.
type Fetcher struct {
	Roots *x509.CertPool // who is believed about servers; nil means the system's
	Whole time.Duration  // what all of it may take; 0 means two minutes
	Stall time.Duration  // how long to wait for the next byte; 0 means 20 seconds
}

const (
	usualWhole = 2 * time.Minute
	usualStall = 20 * time.Second

	mostRedirects = 5
)

// Fetch reads the list at an https URL, or in a file. A proxy is used if the
// environment names one.
func (f Fetcher) Fetch(ctx context.Context, from string) (*List, error) {
	scheme, _, isURL := strings.Cut(from, "://")
	switch {
	case !isURL:
		return readFile(from)
	case !strings.EqualFold(scheme, "https"):
		return nil, fmt.Errorf("%s is not https, so whoever is on the way could change what comes", scheme)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, orUsual(f.Whole, usualWhole),
		fmt.Errorf("it took more than %s", orUsual(f.Whole, usualWhole)))
	defer cancel()
	ctx, p := startPatience(ctx, orUsual(f.Stall, usualStall))
	defer p.end()
	list, err := f.get(ctx, from, p)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx) // it says more than "context canceled"
	}
	return list, err
}

func orUsual(d, usual time.Duration) time.Duration {
	if d == 0 {
		return usual
	}
	return d
}

// readFile reads a list that somebody else has fetched.
func readFile(name string) (*List, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadCSV(f) // which stops by itself, also in /dev/zero
}

// get asks the server.
func (f Fetcher) get(ctx context.Context, from string, p *patience) (*List, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return nil, withoutURL(err)
	}
	req.Header.Set("User-Agent", "limen")
	client := f.client()
	res, err := client.Do(req)
	if err != nil {
		return nil, withoutURL(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server answers %q", res.Status)
	}
	return ReadCSV(p.reading(res.Body))
}

// client is new for each fetch, so that nothing is left behind.
func (f Fetcher) client() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			TLSClientConfig:        &tls.Config{RootCAs: f.Roots},
			MaxResponseHeaderBytes: 64 << 10,
			DisableKeepAlives:      true,
		},
		CheckRedirect: mayFollow,
	}
}

// mayFollow keeps redirects from leading out of TLS, and round in circles.
func mayFollow(next *http.Request, before []*http.Request) error {
	switch {
	case next.URL.Scheme != "https":
		return fmt.Errorf("the server leads to %q, which is not https", next.URL.Redacted())
	case len(before) > mostRedirects:
		return fmt.Errorf("the server leads from one place to another, more than %d times", mostRedirects)
	}
	return nil
}

// withoutURL takes the URL from an error. Whoever asked knows it, and it may
// hold a password.
func withoutURL(err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}

// A patience ends a context when nothing has come for a while.
type patience struct {
	wait  time.Duration
	timer *time.Timer
	give  context.CancelCauseFunc
}

func startPatience(ctx context.Context, wait time.Duration) (context.Context, *patience) {
	ctx, give := context.WithCancelCause(ctx)
	p := patience{wait: wait, give: give}
	p.timer = time.AfterFunc(wait, func() { give(fmt.Errorf("nothing came for %s", wait)) })
	return ctx, &p
}

func (p *patience) end() {
	p.timer.Stop()
	p.give(nil)
}

// reading renews the patience with each byte that comes.
func (p *patience) reading(r io.Reader) io.Reader {
	return readerFunc(func(b []byte) (int, error) {
		n, err := r.Read(b)
		if n > 0 {
			p.timer.Reset(p.wait)
		}
		return n, err
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }
