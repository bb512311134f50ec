package serve

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// A mockRules is one version of a file of rules.
type mockRules struct {
	version stamp
	all     []*mockRule
}

// A mockRule says how requests are answered.
type mockRule struct {
	method string // "*" for any
	path   pattern
	status int
	header []header
	body   string
	file   string // read instead of the body, when it is asked for
	delay  time.Duration
	fault  *fault
	every  uint64 // only each so many times; 0 means each time

	asked atomic.Uint64 // how often it could have answered
}

// A mockTable is a rule as it is written.
type mockTable struct {
	On      string            `toml:"on"`
	Status  int               `toml:"status"`
	Headers map[string]string `toml:"headers"`
	Body    string            `toml:"body"`
	File    string            `toml:"file"`
	Delay   string            `toml:"delay"`
	Fault   string            `toml:"fault"`
	Every   int64             `toml:"every"`
}

// mockForm is how a rule looks that is right.
const mockForm = `write [[mock]] and below it on = "GET /api/users/:id", then status, headers, body or file, delay, fault, every`

// current are the rules as they stand in the file now; none if there is none.
func (m *mock) current() (*mockRules, error) {
	version := stampOf(m.root.Stat(m.rules))
	if r := m.held.Load(); r != nil && r.version == version {
		return r, nil
	}
	m.reading.Lock()
	defer m.reading.Unlock()
	r := &mockRules{version: version}
	text, err := m.read(m.rules)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !m.only:
	case err != nil:
		return nil, mistake{file: m.rulesName(), why: err.Error(), next: mockForm}.refusal()
	default:
		var wrong *mistake
		if r.all, wrong = parseMockRules(m.rulesName(), text); wrong != nil {
			return nil, wrong.refusal()
		}
	}
	m.held.Store(r)
	return r, nil
}

// rulesName is the file of the rules, as a person finds it.
func (m *mock) rulesName() string {
	if m.only {
		return m.typed
	}
	return filepath.Join(m.typed, m.rules)
}

// parseMockRules reads rules. One mistake makes all of them worthless: what is
// left would answer in the place of the one that is missing.
func parseMockRules(file string, text []byte) (all []*mockRule, wrong *mistake) {
	if len(text) > mostOfRules {
		return nil, &mistake{file: file, why: fmt.Sprintf("it is larger than %d KiB", mostOfRules>>10), next: "put bodies into files of their own, and name them: file = \"users.json\""}
	}
	var doc struct {
		Mock []mockTable `toml:"mock"`
	}
	d := toml.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&doc); err != nil {
		return nil, mockSyntax(file, err)
	}
	lines := linesOfMocks(text)
	for i, t := range doc.Mock {
		r, name, why := t.rule()
		if why != "" {
			wrong := &mistake{file: file, why: why, next: mockForm}
			if i < len(lines) {
				wrong.line = lines[i][name]
			}
			if wrong.line == 0 && i < len(lines) {
				wrong.line = lines[i][""]
			}
			return nil, wrong
		}
		all = append(all, r)
	}
	return all, nil
}

// mockSyntax says where a file is no TOML, or has names in it that mean nothing.
func mockSyntax(file string, err error) *mistake {
	m := &mistake{file: file, why: strings.TrimPrefix(err.Error(), "toml: "), next: mockForm}
	var unknown *toml.StrictMissingError
	var decode *toml.DecodeError
	switch {
	case errors.As(err, &unknown) && len(unknown.Errors) > 0:
		m.line, _ = unknown.Errors[0].Position()
		m.why = fmt.Sprintf("%q is nothing that can be set", bounded(strings.Join(unknown.Errors[0].Key(), "."), mostText))
	case errors.As(err, &decode):
		m.line, _ = decode.Position()
	}
	return m
}

// linesOfMocks are the lines at which the names of each rule stand; that of
// its beginning is at "".
func linesOfMocks(text []byte) (all []map[string]int) {
	var p unstable.Parser
	p.Reset(text)
	for p.NextExpression() {
		e := p.Expression()
		key := e.Key()
		if !key.Next() {
			continue
		}
		name := string(key.Node().Data)
		line := 1 + bytes.Count(text[:key.Node().Raw.Offset], []byte("\n"))
		switch {
		case e.Kind == unstable.ArrayTable && name == "mock":
			all = append(all, map[string]int{"": line})
		case e.Kind == unstable.Table && len(all) > 0 && key.Next(): // [mock.headers]
			all[len(all)-1][string(key.Node().Data)] = line
		case e.Kind == unstable.KeyValue && len(all) > 0 && all[len(all)-1][name] == 0:
			all[len(all)-1][name] = line
		}
	}
	return all
}

// rule checks what was written. If something is wrong with it, it says which
// name has it, and why.
func (t mockTable) rule() (r *mockRule, name, why string) {
	r = &mockRule{status: t.Status, body: t.Body, file: t.File, every: uint64(max(t.Every, 0))}
	method, path, ok := strings.Cut(strings.TrimSpace(t.On), " ")
	if !ok || method != "*" && !isToken(method) {
		return nil, "on", fmt.Sprintf("%q is no method with a path", t.On)
	}
	r.method = strings.ToUpper(method)
	var err error
	if r.path, err = parsePattern(strings.TrimSpace(path)); err != nil {
		return nil, "on", fmt.Sprintf("%q cannot be asked for: %v", path, err)
	}
	if r.status == 0 {
		r.status = http.StatusOK
	}
	if r.status < 200 || r.status > 599 {
		return nil, "status", fmt.Sprintf("%d is no status from 200 to 599", t.Status)
	}
	for name, value := range t.Headers {
		h, why := parseHeaderLine(name + ": " + value)
		if why != "" {
			return nil, "headers", why
		}
		r.header = append(r.header, h)
	}
	slices.SortFunc(r.header, func(a, b header) int { return strings.Compare(a.name, b.name) })
	switch {
	case t.Body != "" && t.File != "":
		return nil, "file", "there are both a body and a file"
	case t.File != "" && !filepath.IsLocal(t.File):
		return nil, "file", fmt.Sprintf("%q does not lie beside the rules", t.File)
	case t.Every < 0:
		return nil, "every", fmt.Sprintf("%d is no number of times", t.Every)
	}
	if t.Delay != "" {
		if r.delay, err = time.ParseDuration(t.Delay); err != nil || r.delay < 0 || r.delay > mostMockDelay {
			return nil, "delay", fmt.Sprintf("%q is no time from 0 to %v, as 300ms", t.Delay, mostMockDelay)
		}
	}
	if t.Fault != "" {
		if r.fault = faultNamed(t.Fault); r.fault == nil {
			return nil, "fault", fmt.Sprintf("%q is no fault; there are %s", t.Fault, faultNames())
		}
	}
	return r, "", ""
}

func faultNames() string {
	var names []string
	for _, f := range faults {
		names = append(names, f.name)
	}
	return strings.Join(names, ", ")
}

// answers reports whether a rule is for a method.
func (r *mockRule) answers(method string) bool {
	return r.method == "*" || r.method == method || r.method == http.MethodGet && method == http.MethodHead
}

// byRule finds the first rule that answers a request, and whose turn it is.
func (m *mock) byRule(rules *mockRules, r *http.Request) (*mocked, error) {
	for _, rule := range rules.all {
		if !rule.answers(r.Method) {
			continue
		}
		params, ok := rule.path.fits(r.URL.Path)
		if !ok || rule.every > 0 && rule.asked.Add(1)%rule.every != 0 {
			continue
		}
		found := &mocked{status: rule.status, headers: rule.header, body: []byte(rule.body), params: params, delay: rule.delay, fault: rule.fault}
		if rule.file != "" {
			body, err := m.read(filepath.ToSlash(rule.file))
			if err != nil {
				return nil, err
			}
			found.body, found.contentType = body, typeOf(rule.file, func() []byte { return body })
		} else if found.contentType = "text/plain; charset=utf-8"; isJSON(found.body) {
			found.contentType = "application/json"
		} else if len(found.body) == 0 {
			found.contentType = ""
		}
		return found, nil
	}
	return nil, nil
}

// isJSON reports whether a text looks like an object or a list.
func isJSON(text []byte) bool {
	text = bytes.TrimSpace(text)
	return len(text) > 0 && (text[0] == '{' || text[0] == '[')
}

// methodsOf are the methods that rules answer a path with.
func (r *mockRules) methodsOf(asked string) (methods []string) {
	for _, rule := range r.all {
		if _, ok := rule.path.fits(asked); ok && rule.method != "*" && !slices.Contains(methods, rule.method) {
			methods = append(methods, rule.method)
		}
	}
	return methods
}
