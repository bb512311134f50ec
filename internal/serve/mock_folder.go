package serve

import (
	"errors"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
)

// In a folder of mocks, api/users/GET.json answers GET /api/users, and
// api/users/POST.201.json answers POST with status 201. api/users.json is short
// for the first. A folder named [id] stands for any name.

// A seeker looks for the files that answer a path.
type seeker struct {
	mock  *mock
	looks int // how often it may still look into a folder
}

// mostLooks keeps a folder full of [id] in [id] from taking forever.
const mostLooks = 200

// A spot is where the answers of a path may be: a folder, and what its files
// are called.
type spot struct {
	folder string
	name   string // of the file; "" where files are named by their method
	params []param
}

// spots are the places where answers to a path may be, the best first: exact
// names before [id], and folders before files.
func (f *seeker) spots(names []string, in string, params []param) (all []spot) {
	if len(names) == 0 {
		return []spot{{folder: in, params: params}}
	}
	if f.looks--; f.looks < 0 {
		return nil
	}
	if info, err := f.mock.root.Stat(path.Join(in, names[0])); err == nil && info.IsDir() {
		all = f.spots(names[1:], path.Join(in, names[0]), params)
	}
	if len(names) == 1 {
		all = append(all, spot{in, names[0], params})
	}
	for _, folder := range f.mock.names(in) {
		name, ok := strings.CutPrefix(folder, "[")
		name, ended := strings.CutSuffix(name, "]")
		if ok && ended && name != "" {
			at := append(params[:len(params):len(params)], param{name, names[0]})
			all = append(all, f.spots(names[1:], path.Join(in, folder), at)...)
		}
	}
	return all
}

// names are those in a folder, in order, as many as are looked at.
func (m *mock) names(in string) []string {
	d, info, err := openIn(m.root, in)
	if err != nil {
		return nil
	}
	defer d.Close()
	if !info.IsDir() {
		return nil
	}
	names, _ := d.Readdirnames(mostRead) // what was read before an error serves as well
	slices.Sort(names)
	return names
}

// answers are the files at a spot that answer, by their methods.
func (m *mock) answers(s spot) (all []leaf) {
	for _, name := range m.names(s.folder) {
		if l, ok := parseLeaf(name, s.name); ok {
			l.file = path.Join(s.folder, name)
			all = append(all, l)
		}
	}
	return all
}

// A leaf is a file that answers.
type leaf struct {
	file   string
	method string
	status int
}

// parseLeaf reads what a file answers from its name: METHOD[.STATUS].ENDING in
// the folder of the path, or NAME.ENDING beside it, where NAME is asked for.
func parseLeaf(file, asked string) (l leaf, ok bool) {
	stem := strings.TrimSuffix(file, path.Ext(file))
	if asked != "" {
		return leaf{method: http.MethodGet, status: http.StatusOK}, isServable(file) && (file == asked || stem == asked && stem != file)
	}
	method, status, hasStatus := strings.Cut(stem, ".")
	l = leaf{method: method, status: http.StatusOK}
	if hasStatus {
		n, err := strconv.Atoi(status)
		if err != nil || n < 200 || n > 599 {
			return leaf{}, false
		}
		l.status = n
	}
	return l, slices.Contains(anyMethod, method)
}

// at are the spots of a path.
func (m *mock) at(asked string) []spot {
	f := seeker{m, mostLooks}
	names := strings.FieldsFunc(asked, func(c rune) bool { return c == '/' })
	return f.spots(names, ".", nil)
}

// byPlace finds the file that answers a request.
func (m *mock) byPlace(r *http.Request) (*mocked, error) {
	for _, s := range m.at(r.URL.Path) {
		for _, l := range m.answers(s) {
			if l.method != r.Method && !(l.method == http.MethodGet && r.Method == http.MethodHead) {
				continue
			}
			body, err := m.read(l.file)
			if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errNoFile) {
				continue // it is gone, or a folder
			}
			return &mocked{status: l.status, contentType: typeOf(l.file, func() []byte { return body }), body: body, params: s.params}, err
		}
	}
	return nil, nil
}

// methodsAt are the methods that files answer a path with.
func (m *mock) methodsAt(asked string) (methods []string) {
	for _, s := range m.at(asked) {
		for _, l := range m.answers(s) {
			if !slices.Contains(methods, l.method) {
				methods = append(methods, l.method)
			}
		}
	}
	return methods
}
