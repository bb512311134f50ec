package trust

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

func TestTwoAtOnceEndUpWithOneAuthority(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "authority")
	var (
		all  sync.WaitGroup
		mu   sync.Mutex
		seen = map[string]bool{}
	)
	for range 16 {
		all.Go(func() {
			a, err := Vault{Directory: dir}.Make(nil)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			seen[a.Fingerprint()] = true
			mu.Unlock()
		})
	}
	all.Wait()
	if len(seen) != 1 {
		t.Errorf("there are %d authorities, want one", len(seen))
	}
	if drafts, _ := filepath.Glob(filepath.Join(dir, ".draft-*")); len(drafts) > 0 {
		t.Errorf("drafts are left: %v", drafts)
	}
}

func TestAKeyThatOthersMayReadIsRefused(t *testing.T) {
	v, _ := anew(t)
	file := filepath.Join(v.Directory, secretName)
	info, err := os.Stat(file)
	must(t, err)
	if os.PathSeparator != '/' {
		t.Skip("needs the modes of Unix")
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the key has mode %04o, want 0600", info.Mode().Perm())
	}
	must(t, os.Chmod(file, 0o604))
	if _, err := v.Open(); !errors.Is(err, limen.Denied) {
		t.Errorf("Open: %v, want that it is denied", err)
	}
	if _, err := v.Make(nil); !errors.Is(err, limen.Denied) {
		t.Errorf("Make: %v, want that it is denied", err)
	}
}

func TestADamagedAuthorityIsRefusedAndNotReplaced(t *testing.T) {
	whole, _ := anew(t)
	text, err := os.ReadFile(filepath.Join(whole.Directory, secretName))
	must(t, err)
	_, other := anew(t)
	for name, damaged := range map[string][]byte{
		"empty":          nil,
		"cut":            text[:len(text)/2],
		"another's key":  append(text[:len(text)-len(decodedText(t, text))], other.text()...),
		"two keys":       append(append([]byte{}, text...), text...),
		"more than much": make([]byte, mostSecret+1),
	} {
		t.Run(name, func(t *testing.T) {
			v := Vault{Directory: t.TempDir()}
			file := filepath.Join(v.Directory, secretName)
			must(t, os.WriteFile(file, damaged, 0o600))
			if _, err := v.Make(nil); !errors.Is(err, limen.Invalid) {
				t.Errorf("Make: %v, want that it is refused", err)
			}
			if now, err := os.ReadFile(file); err != nil || len(now) != len(damaged) {
				t.Errorf("the file was written over: %v", err)
			}
		})
	}
}

// decodedText is the certificate, as the file ends with it.
func decodedText(t *testing.T, text []byte) []byte {
	t.Helper()
	a, err := parseAuthority(text)
	must(t, err)
	return a.text()
}

func TestAnAuthorityWithoutConstraintsIsRefused(t *testing.T) {
	_, a := anew(t)
	free := *a.certificate
	free.PermittedDNSDomainsCritical = false
	if err := (&Authority{certificate: &free, key: a.key, maker: limenMade}).check(time.Now()); err == nil {
		t.Error("an authority over every name is accepted")
	}
}

func TestForgetLeavesWhatSomebodyElseHasPutThere(t *testing.T) {
	v, a := anew(t)
	foreign := filepath.Join(v.Directory, "mine.txt")
	must(t, os.WriteFile(foreign, nil, 0o600))
	must(t, v.Forget())
	if _, err := os.Stat(foreign); err != nil {
		t.Error(err)
	}
	for _, gone := range []string{a.File(), filepath.Join(v.Directory, secretName)} {
		if _, err := os.Stat(gone); !os.IsNotExist(err) {
			t.Errorf("%s is still there", gone)
		}
	}
	must(t, os.Remove(foreign))
	must(t, v.Forget())
	if _, err := os.Stat(v.Directory); !os.IsNotExist(err) {
		t.Error("the empty directory is still there")
	}
}

func TestSuffixesThatBelongToOthersAreRefused(t *testing.T) {
	for _, word := range []string{"com", "dev", "*", "", "127.0.0.1", "a..b", "bank_.-", "*.*.test"} {
		if s, err := parseSuffix(word); err == nil {
			t.Errorf("%q is taken as %q", word, s)
		}
	}
	for word, want := range map[string]string{"test": "test", ".Test": "test", "*.dev.example.com": "dev.example.com", "internal": "internal"} {
		if s, err := parseSuffix(word); err != nil || s != want {
			t.Errorf("%q is %q, %v; want %q", word, s, err, want)
		}
	}
}

func FuzzParseName(f *testing.F) {
	for _, s := range []string{"shop.localhost", "*.shop.localhost", "[::1]", "127.0.0.1", "::ffff:1.2.3.4", "a..b", "fe80::1%lo"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, word string) {
		name, address, err := parseName(word)
		if err != nil {
			return
		}
		text := name
		if address.IsValid() {
			text = address.String()
		}
		again, same, err := parseName(text)
		if err != nil || again != name || same != address {
			t.Errorf("%q is %q, which is %q, %v, %v", word, text, again, same, err)
		}
	})
}

func FuzzParseAuthority(f *testing.F) {
	text, err := create([]string{"test"}, time.Now())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		if a, err := parseAuthority(text); err == nil {
			a.check(time.Now())
			a.Describe()
		}
		parseCertificate(text)
		contains(text, nil)
	})
}
