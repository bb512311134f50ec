package wait

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
)

// maxHeader is how much of what stands before a body is read.
const maxHeader = 64 << 10

// exchange asks a URL once, over a connection of its own, and returns the
// answer. The caller calls end when it has read what it wants of the body.
//
// The client of package http is not used: it writes what a server says out of
// turn into the program's log, tries again by itself, and asks proxies, where
// what matters is whether this server is there.
func exchange(ctx context.Context, at string, insecure bool) (res *http.Response, end func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, mostPatience)
	defer func() {
		if err != nil {
			cancel()
			err = briefly(ctx, err)
		}
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("User-Agent", "limen")
	req.Close = true // one connection for each question (RFC 9112, section 9.6)
	if u := req.URL.User; u != nil {
		password, _ := u.Password()
		req.SetBasicAuth(u.Username(), password)
	}
	conn, err := open(ctx, req.URL, insecure)
	if err != nil {
		return nil, nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() }) // which ends every read and write
	end = func() {
		stop()
		cancel()
		conn.Close()
	}
	if res, err = talk(conn, req); err != nil {
		end()
		return nil, nil, err
	}
	return res, end, nil
}

// talk sends a request and reads what is answered.
func talk(conn net.Conn, req *http.Request) (*http.Response, error) {
	if err := req.Write(conn); err != nil {
		return nil, err
	}
	r := bufio.NewReader(io.LimitReader(conn, maxHeader+maxBody))
	for {
		res, err := http.ReadResponse(r, req)
		// What comes with 1xx is not the answer yet (RFC 9110, section 15.2).
		if err != nil || res.StatusCode >= 200 || res.StatusCode == http.StatusSwitchingProtocols {
			return res, err
		}
	}
}

// open connects to where a URL leads.
func open(ctx context.Context, u *url.URL, insecure bool) (net.Conn, error) {
	isTLS := u.Scheme == "https"
	port := map[bool]string{false: "80", true: "443"}[isTLS]
	address := net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), port))
	var d net.Dialer
	if !isTLS {
		return d.DialContext(ctx, "tcp", address)
	}
	t := tls.Dialer{NetDialer: &d, Config: &tls.Config{InsecureSkipVerify: insecure}} // who waits for it has asked for that
	return t.DialContext(ctx, "tcp", address)
}

// briefly says what kept a URL from answering, without the URL, which whoever
// asked knows, and which may hold a password.
func briefly(ctx context.Context, err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		err = of.Err
	}
	if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return errors.New("no answer")
	}
	return plain(err)
}
