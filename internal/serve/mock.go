package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/limenhq/limen"
)

// A mock answers from files that somebody wrote by hand: from a folder, where
// the place and the name of a file say what it answers, and from rules, which
// say it in so many words. Both are read when they are asked for, so that what
// was just saved is what is answered.
type mock struct {
	typed   string
	root    *os.Root // the folder, or that of the rules
	rules   string   // name of the file with rules in the root
	only    bool     // there is no folder but for what rules name
	notice  func(limen.Notice)
	held    atomic.Pointer[mockRules]
	reading sync.Mutex // held while rules are read anew
}

// usualRules is the name of the rules in a folder of mocks.
const usualRules = "mock.toml"

const (
	mostMocked    = 16 << 20 // bytes of a file that is answered with
	mostMockDelay = 5 * time.Minute
)

// A mocked is an answer that was found.
type mocked struct {
	status      int
	headers     []header
	contentType string
	body        []byte
	params      []param
	delay       time.Duration
	fault       *fault
}

// openMock opens a folder of mocks, or a file of rules. Rules with a mistake
// are refused.
func openMock(typed string, notice func(limen.Notice)) (*mock, error) {
	cannot := func(err error) error {
		e := &limen.Error{Kind: limen.Invalid, What: fmt.Sprintf("cannot mock from %q", typed), Why: err.Error(), Next: "--mock takes a folder with files such as api/users/GET.json, or rules in a .toml file"}
		if errors.Is(err, fs.ErrNotExist) {
			e.Kind, e.Why = limen.NotFound, "there is no such folder or file"
		}
		return e
	}
	info, err := os.Stat(typed)
	if err != nil {
		return nil, cannot(err)
	}
	m := &mock{typed: typed, rules: usualRules, notice: notice}
	folder := typed
	switch {
	case info.Mode().IsRegular():
		folder, m.rules, m.only = filepath.Dir(typed), filepath.Base(typed), true
	case !info.IsDir():
		return nil, cannot(errNoFile)
	}
	if m.root, err = os.OpenRoot(folder); err != nil {
		return nil, cannot(err)
	}
	if _, err := m.current(); err != nil {
		return nil, errors.Join(err, m.root.Close())
	}
	return m, nil
}

// Close lets go of the folder.
func (m *mock) Close() error { return m.root.Close() }

// mocked finds the mock of a request.
func (s *Site) mocked(r *http.Request) http.Handler {
	m := s.beside.mock
	if m == nil || !areServable(r.URL.Path) {
		return nil
	}
	found, err := m.find(r)
	if err != nil {
		return m.broken(err)
	}
	if found == nil {
		return nil
	}
	return found
}

// find finds the answer to a request: by rules first, because they can say when
// they are meant.
func (m *mock) find(r *http.Request) (*mocked, error) {
	rules, err := m.current()
	if err != nil {
		return nil, err
	}
	if found, err := m.byRule(rules, r); found != nil || err != nil || m.only {
		return found, err
	}
	return m.byPlace(r)
}

// broken answers where a mock cannot be had, and says so to whoever writes it.
func (m *mock) broken(err error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e := &limen.Error{What: "cannot answer with a mock", Why: err.Error(), Next: "look into " + m.typed}
		errors.As(err, &e)
		m.notice(limen.Notice{What: e.What, Why: e.Why, Next: e.Next})
		tellError(w, r, http.StatusInternalServerError, e)
	})
}

// ServeHTTP answers with the mock.
func (m *mocked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	mustSend(m.delay == 0 || wait(r, m.delay))
	a := reply{status: m.status, body: fillIn(m.body, m.params, m.contentType), header: http.Header{
		"Cache-Control": {"no-store"}, "Content-Type": {m.contentType}, "X-Content-Type-Options": noSniff,
	}}
	if m.contentType == "" {
		a.header.Del("Content-Type")
	}
	set := map[string]bool{}
	for _, h := range m.headers {
		h.apply(a.header, set, m.params)
	}
	if m.fault != nil {
		breakAnswer(w, r, m.fault, a)
		return
	}
	a.send(w, r)
}

// fillIn puts what stood at the places of a path into a body, where it names
// them as {{name}}, and as the type of the body writes texts: they come from
// whoever asks.
func fillIn(body []byte, params []param, contentType string) []byte {
	if len(params) == 0 {
		return body
	}
	escape := func(s string) string { return s }
	switch {
	case strings.Contains(contentType, "json"):
		escape = func(s string) string {
			b, err := json.Marshal(s)
			if err != nil {
				return ""
			}
			return strings.Trim(string(b), `"`)
		}
	case strings.Contains(contentType, "html"), strings.Contains(contentType, "xml"):
		escape = html.EscapeString
	}
	var pairs []string
	for _, p := range params {
		pairs = append(pairs, "{{"+p.name+"}}", escape(p.value))
	}
	return []byte(strings.NewReplacer(pairs...).Replace(string(body)))
}

// read reads a file that is answered with.
func (m *mock) read(name string) ([]byte, error) {
	file, info, err := openIn(m.root, name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: %w", name, errNoFile)
	}
	b, err := io.ReadAll(io.LimitReader(file, mostMocked+1))
	if err == nil && len(b) > mostMocked {
		err = fmt.Errorf("%s is larger than %d MiB", name, mostMocked>>20)
	}
	return b, err
}

// refuse answers a request that would change something, where there are mocks
// of its path for other methods and none for this. It reports whether it did.
func (m *mock) refuse(w http.ResponseWriter, r *http.Request) bool {
	if isRead(r) || r.Method == http.MethodOptions || !areServable(r.URL.Path) {
		return false
	}
	rules, err := m.current()
	if err != nil {
		return false
	}
	methods := rules.methodsOf(r.URL.Path)
	if !m.only {
		methods = append(methods, m.methodsAt(r.URL.Path)...)
	}
	if len(methods) == 0 {
		return false
	}
	sort.Strings(methods)
	w.Header().Set("Allow", strings.Join(methods, ", "))
	refuse(w, http.StatusMethodNotAllowed, "there is a mock of this path for "+strings.Join(methods, ", ")+", and none for this method",
		"write one: a file named as the method, beside the other")
	return true
}
