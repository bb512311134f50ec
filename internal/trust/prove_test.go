package trust

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"slices"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

// bank is a name that is not of this machine.
const bank = "bank.example"

// stolen is what a thief of the key would sign: the checks of this package are
// not asked.
func stolen(t *testing.T, a *Authority) *tls.Certificate {
	t.Helper()
	c, err := a.draft([]string{localhost})
	must(t, err)
	c.DNSNames = []string{bank}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	der, err := x509.CreateCertificate(rand.Reader, c, a.certificate, key.Public(), a.key)
	must(t, err)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// naming are the arguments that have a client ask for another name.
func naming(name string, port string) map[string][]string {
	return map[string][]string{
		"curl":    {"--disable", "--silent", "--noproxy", "*", "--resolve", name + ":" + port + ":127.0.0.1", "https://" + name + ":" + port + "/"},
		"node":    {"client.js", port, name},
		"python3": {"client.py", port, name},
	}
}

func TestClientsTrustLocalNamesAndNoOthersEvenWithAStolenKey(t *testing.T) {
	_, a := anew(t)
	set, gaps := a.Environment(Machine{}, os.Environ())
	if len(gaps) > 0 {
		t.Skipf("needs a file of all that the system trusts: %v", gaps)
	}
	env := append(os.Environ(), set...)
	thief := stolen(t, a)
	leaves := a.Leaves()
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	s := serveTLS(plain, &tls.Config{GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if hello.ServerName == bank {
			return thief, nil
		}
		return leaves.Certificate(hello)
	}})
	defer s.Close()
	_, port, err := net.SplitHostPort(s.Addr().String())
	must(t, err)

	for _, c := range []client{curlClient, nodeClient, pythonClient} {
		t.Run(c.name, func(t *testing.T) {
			program := nettest.Need(t, c.program)
			t.Chdir(t.TempDir())
			if c.file != "" {
				must(t, os.WriteFile(c.file, []byte(c.text), 0o600))
			}
			for name, want := range map[string]limen.TrustProof{"shop.localhost": limen.TrustProved, bank: limen.TrustRefused} {
				c.words = func(int, string) []string { return naming(name, port)[c.name] }
				if got, why := c.handshake(t.Context(), program, 0, "", env); got != want {
					t.Errorf("%s: %v (%s), want %v", name, got, why, want)
				}
			}
			c.words = func(int, string) []string { return naming("shop.localhost", port)[c.name] }
			if got, _ := c.handshake(t.Context(), program, 0, "", os.Environ()); got != limen.TrustRefused {
				t.Errorf("without the variables: %v, want that it is refused", got)
			}
		})
	}
	t.Run("go", func(t *testing.T) {
		roots := x509.NewCertPool()
		roots.AddCert(a.certificate)
		for name, want := range map[string]limen.TrustProof{"shop.localhost": limen.TrustProved, bank: limen.TrustRefused} {
			if got, why := shake(t.Context(), s.port(), &tls.Config{ServerName: name, RootCAs: roots}); got != want {
				t.Errorf("%s: %v (%s), want %v", name, got, why, want)
			}
		}
	})
}

func TestEveryInstalledClientIsTried(t *testing.T) {
	_, a := anew(t)
	proofs, _, err := Machine{Home: t.TempDir()}.Prove(t.Context(), a, os.Environ())
	must(t, err)
	for _, p := range proofs {
		isTried := p.Alone == limen.TrustRefused
		switch {
		case p.Why == "":
			t.Errorf("%s: alone %v, without a reason", p.Name, p.Alone)
		case p.Program != "" && !isTried && p.Name != "java": // of which a JRE cannot compile
			t.Errorf("%s: %v: %s", p.Name, p.Alone, p.Why)
		}
	}
	for _, p := range proofs {
		if want := "export NODE_EXTRA_CA_CERTS=" + a.File(); p.Name == "node" && p.Within == limen.TrustProved && p.Next != want {
			t.Errorf("of Node, which reads no store, next is %q; want %q", p.Next, want)
		}
	}
	if i := slices.IndexFunc(proofs, func(p limen.TrustClient) bool { return p.Name == "go" }); proofs[i].Within != limen.TrustProved {
		t.Errorf("go: %+v", proofs[i])
	}
}
