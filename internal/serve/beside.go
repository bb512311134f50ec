package serve

import (
	"errors"
	"net/http"
)

// Beside says what answers beside the files, each as it is typed. The zero
// value is nothing.
type Beside struct {
	Proxies []string // paths that other servers answer: /api=3000
	Mock    string   // a folder of answers, or a file of rules for them
	Record  string   // a file to be written, with what mocks and other servers answered
	Replay  string   // a file like it, that is answered from
}

// A beside is what answers in the place of files. It is safe for several
// goroutines.
type beside struct {
	mock    *mock
	replay  *replay
	proxies []*proxy // the longest path first
	record  *record
}

// A source is one way to answer in the place of a file.
type source struct {
	name string
	find func(*Site, *http.Request) http.Handler // nil where it has no answer
}

// sources are all of them, in the order they are asked: what somebody wrote by
// hand wins over what was recorded, and that over the server it came from.
var sources = []source{
	{"mock", (*Site).mocked},
	{"replay", (*Site).replayed},
	{"proxy", (*Site).proxied},
}

// openMore opens all that a site has beside its folder.
func (s *Site) openMore(c Config) (err error) {
	s.rules() // tells now what is wrong with them, and not when somebody comes
	if s.origins, err = parseOrigins(c.CORS); err != nil {
		return err
	}
	if s.throttle, err = parseThrottle(c.Throttle, s.now); err != nil {
		return err
	}
	if err = s.openLogin(c); err != nil {
		return err
	}
	return s.openBeside(c.Beside)
}

// openBeside opens what answers beside the files.
func (s *Site) openBeside(c Beside) (err error) {
	if c.Mock == "" && c.Record == "" && c.Replay == "" && len(c.Proxies) == 0 {
		return nil
	}
	b := &beside{}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.Close())
		}
	}()
	if b.proxies, err = s.openProxies(c.Proxies); err != nil {
		return err
	}
	if c.Mock != "" {
		if b.mock, err = openMock(c.Mock, s.notice); err != nil {
			return err
		}
	}
	if c.Replay != "" {
		if b.replay, err = openReplay(c.Replay, b.paths()); err != nil {
			return err
		}
	}
	if c.Record != "" {
		if b.record, err = openRecord(c.Record, b.paths(), s); err != nil {
			return err
		}
	}
	s.beside = b
	return nil
}

// paths are those that other servers answer.
func (b *beside) paths() (all []string) {
	for _, p := range b.proxies {
		all = append(all, p.path)
	}
	return all
}

// Close lets go of what was opened, and writes what was recorded and is not
// written yet.
func (b *beside) Close() error {
	if b == nil {
		return nil
	}
	var errs []error
	for _, p := range b.proxies {
		p.transport.CloseIdleConnections()
	}
	if b.mock != nil {
		errs = append(errs, b.mock.Close())
	}
	if b.record != nil {
		errs = append(errs, b.record.Close())
	}
	return errors.Join(errs...)
}

// besides answers with what stands beside the files, where it has an answer.
func (s *Site) besides(next http.Handler) http.Handler {
	if s.beside == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, from := range sources {
			if h := from.find(s, r); h != nil {
				s.beside.record.of(h).ServeHTTP(w, r)
				return
			}
		}
		switch {
		case s.beside.record.isAt(s.root.path, r.URL.Path):
			s.missing(w, r) // what was recorded is for whoever recorded it
		case s.beside.mock != nil && s.beside.mock.refuse(w, r):
		default:
			next.ServeHTTP(w, r)
		}
	})
}
