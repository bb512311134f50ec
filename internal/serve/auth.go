package serve

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/limenhq/limen"
)

// A login is a user and their password, as "ann:open sesame". The empty one
// asks nobody. Printing it shows nothing of it.
type login string

func (l login) String() string { return "USER:PASSWORD" }

// mostLogin is how long both together may be.
const mostLogin = 1024

// What a login can be refused for.
var (
	errNoColon  = errors.New("it is not written as USER:PASSWORD")
	errNoSecret = errors.New("the password is empty")
	errTooLong  = fmt.Errorf("it is longer than %d characters", mostLogin)
	errLines    = errors.New("it has more than one line")
	errServed   = errors.New("it lies in the folder that is served, where everybody could read it")
)

// parseLogin reads USER:PASSWORD. A password may have colons in it, and a user
// may not (RFC 7617, 2).
func parseLogin(text string) (login, error) {
	text = strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
	user, password, ok := strings.Cut(text, ":")
	switch {
	case len(text) > mostLogin:
		return "", errTooLong
	case strings.ContainsAny(text, "\r\n\x00"):
		return "", errLines
	case !ok || user == "":
		return "", errNoColon
	case password == "":
		return "", errNoSecret
	}
	return login(text), nil
}

// openLogin reads the login from where it is: it is never typed, because other
// users see what is on a command line.
func (s *Site) openLogin(c Config) (err error) {
	if c.Login == "" {
		return nil
	}
	var text string
	if name, ok := strings.CutPrefix(c.Login, "env:"); ok {
		if text = getenv(c, name); text == "" {
			err = errors.New("the variable is not set")
		}
	} else {
		text, err = s.readLogin(c.Login)
	}
	if err == nil {
		if s.login, err = parseLogin(text); err == nil {
			if c.LAN {
				s.notice(limen.Notice{What: "the password crosses the network as it is", Why: "over http:// nothing is encrypted", Next: "use https:// with the same address"})
			}
			return nil
		}
	}
	e := &limen.Error{
		Kind: limen.Invalid, What: fmt.Sprintf("cannot ask for the login in %q", c.Login), Why: err.Error(),
		Next: "write USER:PASSWORD into a file that only you may read, or into a variable: --auth env:NAME",
	}
	if errors.Is(err, fs.ErrNotExist) {
		e.Kind, e.Why = limen.NotFound, "there is no such file"
	}
	return e
}

// getenv is a variable of the environment.
func getenv(c Config, name string) string {
	if c.Getenv != nil {
		return c.Getenv(name)
	}
	return os.Getenv(name)
}

func (s *Site) readLogin(name string) (string, error) {
	path, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if relative, err := filepath.Rel(s.root.path, path); err == nil && filepath.IsLocal(relative) && areServable("/"+filepath.ToSlash(relative)) {
		return "", errServed
	}
	if !info.Mode().IsRegular() {
		return "", errNoFile
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, mostLogin+3)) // and a line break
	return string(b), err
}

// authenticated lets those through who know the login. A drop link has a key
// of its own.
func (s *Site) authenticated(next http.Handler) http.Handler {
	if s.login == "" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, ok := r.BasicAuth()
		if hasOwnKey(r) {
			next.ServeHTTP(w, r)
			return
		}
		if !ok || !isSecret(user+":"+password, string(s.login)) {
			w.Header().Set("WWW-Authenticate", `Basic realm="limen", charset="UTF-8"`) // RFC 7617, 2.1
			refuse(w, http.StatusUnauthorized, "this folder asks for a user and a password", "curl -u USER, and the same address")
			return
		}
		c := *r
		c.Header = r.Header.Clone()
		c.Header.Del("Authorization") // it was for limen, and is no business of a server behind it
		next.ServeHTTP(w, &c)
	})
}
