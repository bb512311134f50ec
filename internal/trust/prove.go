package trust

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/limenhq/limen"
)

// proofTime is how long one client may take; the JVM of a slow machine needs
// most of it.
const proofTime = 20 * time.Second

// Prove opens a server on loopback, and has every client of this machine that
// is installed open a connection to it: as anybody starts it, and with the
// variables of Environment. Env is the environment that they have otherwise.
func (m Machine) Prove(ctx context.Context, a *Authority, env []string) ([]limen.TrustClient, []limen.Gap, error) {
	set, gaps := a.Environment(m, env)
	s, err := a.open(ctx)
	if err != nil {
		return nil, gaps, err
	}
	defer s.Close()
	all := slices.Clone(clients)
	for _, store := range []Store{Chromium, Firefox} {
		for _, p := range store.Find(m) {
			all = append(all, nssClient(p))
		}
	}
	var proofs []limen.TrustClient
	for _, c := range all {
		if ctx.Err() != nil {
			return nil, gaps, ctx.Err()
		}
		proofs = append(proofs, c.prove(ctx, s.port(), a, env, append(slices.Clone(env), set...)))
	}
	return proofs, gaps, nil
}

// prove makes one client try.
func (c client) prove(ctx context.Context, port int, a *Authority, alone, within []string) limen.TrustClient {
	p := limen.TrustClient{Name: c.name, Alone: limen.TrustUntried, Within: limen.TrustUntried}
	if c.program == "" {
		p.Alone, p.Why = goProof(ctx, port)
		p.Within, _ = goProofWith(ctx, port, a)
		return p
	}
	if p.Program = find(c.program); p.Program == "" {
		p.Why = "it is not installed"
		return p
	}
	dir, err := os.MkdirTemp("", "limen-trust")
	if err != nil {
		p.Why = err.Error()
		return p
	}
	defer os.RemoveAll(dir) // holds nothing that matters
	if c.file != "" {
		if err := os.WriteFile(filepath.Join(dir, c.file), []byte(c.text), 0o600); err != nil {
			p.Why = err.Error()
			return p
		}
	}
	p.Alone, p.Why = c.handshake(ctx, p.Program, port, dir, alone)
	if c.program == "tstclnt" || c.program == "java" { // which read no variable
		p.Within = p.Alone
		return p
	}
	p.Within, _ = c.handshake(ctx, p.Program, port, dir, within)
	if c.variable != "" && p.Alone == limen.TrustRefused && p.Within == limen.TrustProved {
		p.Why, p.Next = "it reads no store; what limen run starts is told", "export "+c.variable+"="+a.File()
	}
	return p
}

// handshake runs a client once. What it prints is shown and not read.
func (c client) handshake(ctx context.Context, program string, port int, dir string, env []string) (limen.TrustProof, string) {
	ctx, cancel := context.WithTimeout(ctx, proofTime)
	defer cancel()
	_, err := run(ctx, env, append([]string{program}, c.words(port, dir)...)...)
	var ended *failure
	switch {
	case err == nil:
		return limen.TrustProved, ""
	case errors.As(err, &ended) && ended.code == c.refused:
		return limen.TrustRefused, "it does not trust the authority"
	}
	return limen.TrustUntried, err.Error()
}

// goProof is a handshake of this process, with the authorities of the system.
func goProof(ctx context.Context, port int) (limen.TrustProof, string) {
	return shake(ctx, port, &tls.Config{ServerName: localhost})
}

// goProofWith is that of a Go program which has SSL_CERT_FILE. This process has
// read its list already, and cannot read another.
func goProofWith(ctx context.Context, port int, a *Authority) (limen.TrustProof, string) {
	roots := x509.NewCertPool()
	roots.AddCert(a.certificate)
	return shake(ctx, port, &tls.Config{ServerName: localhost, RootCAs: roots})
}

func shake(ctx context.Context, port int, c *tls.Config) (limen.TrustProof, string) {
	ctx, cancel := context.WithTimeout(ctx, proofTime)
	defer cancel()
	d := tls.Dialer{Config: c}
	conn, err := d.DialContext(ctx, "tcp4", fmt.Sprintf("127.0.0.1:%d", port))
	var refused *tls.CertificateVerificationError
	switch {
	case err == nil:
		conn.Close()
		return limen.TrustProved, ""
	case errors.As(err, &refused):
		return limen.TrustRefused, "it does not trust the authority"
	}
	return limen.TrustUntried, err.Error()
}

// A server has a certificate of the authority, on loopback.
type server struct {
	net.Listener
	running sync.WaitGroup
}

func (a *Authority) open(ctx context.Context) (*server, error) {
	var l net.ListenConfig
	plain, err := l.Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return serveTLS(plain, &tls.Config{GetCertificate: a.Leaves().Certificate}), nil
}

func serveTLS(plain net.Listener, c *tls.Config) *server {
	s := &server{Listener: tls.NewListener(plain, c)}
	s.running.Go(s.run)
	return s
}

// run answers whoever comes, one after the other, with the least of HTTP.
func (s *server) run() {
	for {
		conn, err := s.Accept()
		if err != nil {
			return
		}
		conn.SetDeadline(now().Add(proofTime))
		if conn.(*tls.Conn).Handshake() == nil {
			io.WriteString(conn, "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok") // whether it is read is not the question
			conn.Read(make([]byte, 1<<10))
		}
		conn.Close()
	}
}

func now() time.Time { return time.Now() }

func (s *server) port() int { return s.Addr().(*net.TCPAddr).Port }

// Close ends it, and waits until it has.
func (s *server) Close() error {
	err := s.Listener.Close()
	s.running.Wait()
	return err
}
