package trust

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/nettest"
)

// A home has an NSS database in each of some places.
func homeWith(t *testing.T, places ...string) string {
	t.Helper()
	tool := nettest.Need(t, "certutil")
	home := t.TempDir()
	for _, p := range places {
		dir := filepath.Join(home, p)
		must(t, os.MkdirAll(dir, 0o700))
		if said, err := exec.Command(tool, "-N", "--empty-password", "-d", "sql:"+dir).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
	}
	return home
}

var profiles = []string{
	".pki/nssdb", ".mozilla/firefox/abc.default", "snap/firefox/common/.mozilla/firefox/x.default",
	".var/app/org.mozilla.firefox/.mozilla/firefox/y.default", "snap/chromium/current/.pki/nssdb",
}

func TestEveryDatabaseOfAHomeIsInstalledProvedAndUndone(t *testing.T) {
	m := Machine{Home: homeWith(t, profiles...)}
	_, a := anew(t)
	_, other := anew(t)
	places := append(Chromium.Find(m), Firefox.Find(m)...)
	if len(places) != len(profiles) {
		t.Fatalf("%d databases are found, want %d", len(places), len(profiles))
	}
	s, err := a.open(t.Context())
	must(t, err)
	defer s.Close()
	for _, p := range places {
		must(t, p.Add(t.Context(), other))
		proof := func() limen.TrustProof { return nssClient(p).prove(t.Context(), s.port(), a, os.Environ(), nil).Alone }
		if has, err := p.Has(t.Context(), a); has || err != nil {
			t.Errorf("%s has it beforehand: %v, %v", p.Path(), has, err)
		}
		must(t, p.Add(t.Context(), a))
		must(t, p.Add(t.Context(), a)) // twice is once
		if has, err := p.Has(t.Context(), a); !has || err != nil {
			t.Errorf("%s: %v, %v", p.Path(), has, err)
		}
		if find("tstclnt") != "" && proof() != limen.TrustProved {
			t.Errorf("%s: not proved", p.Path())
		}
		must(t, p.Remove(t.Context(), a))
		if has, err := p.Has(t.Context(), a); has || err != nil {
			t.Errorf("%s still has it: %v, %v", p.Path(), has, err)
		}
		if find("tstclnt") != "" && proof() != limen.TrustRefused {
			t.Errorf("%s: not refused: %+v", p.Path(), nssClient(p).prove(t.Context(), s.port(), a, os.Environ(), nil))
		}
		if has, err := p.Has(t.Context(), other); !has || err != nil {
			t.Errorf("%s has lost another authority: %v, %v", p.Path(), has, err)
		}
	}
}

func TestOneBrokenStoreStopsNoOther(t *testing.T) {
	home := homeWith(t, ".pki/nssdb", ".mozilla/firefox/abc.default")
	must(t, os.WriteFile(filepath.Join(home, ".pki/nssdb", databaseName), []byte("no database"), 0o600))
	_, a := anew(t)
	states := map[string]limen.StoreState{}
	for _, s := range (Machine{Home: home, Root: t.TempDir(), Getenv: func(string) string { return "" }}).Install(t.Context(), a) {
		states[s.Kind] = s.State
		if s.State != limen.StoreTrusts && s.Why == "" {
			t.Errorf("%+v says no reason", s)
		}
	}
	if states["firefox"] != limen.StoreTrusts || states["chromium"] == limen.StoreTrusts || states["system"] != limen.StoreAbsent {
		t.Errorf("the stores are %v", states)
	}
}

func TestEveryLayoutIsInstalledAndUndone(t *testing.T) {
	_, a := anew(t)
	for _, l := range layouts {
		m := Machine{Root: t.TempDir()}
		must(t, os.MkdirAll(m.system(l.directory), 0o755))
		foreign := filepath.Join(m.system(l.directory), "company"+l.ending)
		must(t, os.WriteFile(foreign, []byte("theirs"), 0o644))
		ctx := context.Background()
		p := findSystem(m)[0]
		must(t, p.Add(ctx, a))
		if has, err := p.Has(ctx, a); !has || err != nil {
			t.Errorf("%s: %v, %v", l.directory, has, err)
		}
		must(t, p.Remove(ctx, a))
		left, err := os.ReadDir(p.Path())
		must(t, err)
		if len(left) != 1 || left[0].Name() != filepath.Base(foreign) {
			t.Errorf("%s: %v are left", l.directory, left)
		}
	}
}

func TestAFileOfOurNameThatIsNotOursStays(t *testing.T) {
	_, a := anew(t)
	m := Machine{Root: t.TempDir()}
	must(t, os.MkdirAll(m.system("/usr/local/share/ca-certificates"), 0o755))
	p := findSystem(m)[0].(anchor)
	must(t, os.WriteFile(p.file(a), []byte("theirs"), 0o644))
	if err := p.Add(t.Context(), a); err == nil {
		t.Error("it is written over")
	}
	must(t, p.Remove(t.Context(), a))
	if text, err := os.ReadFile(p.file(a)); string(text) != "theirs" {
		t.Errorf("it is %q, %v", text, err)
	}
}

func TestAJavaTakesTheAuthorityAndForgetsIt(t *testing.T) {
	tool, err := filepath.EvalSymlinks(nettest.Need(t, "keytool"))
	must(t, err)
	_, a := anew(t)
	home := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(home, "lib", "security"), 0o755))
	must(t, os.MkdirAll(filepath.Join(home, "bin"), 0o755))
	must(t, os.Symlink(tool, filepath.Join(home, "bin", "keytool")))
	_, other := anew(t)
	p := cacerts{filepath.Join(home, "lib", "security", "cacerts"), tool}
	must(t, exec.Command(tool, "-importcert", "-noprompt", "-alias", "other", "-file", other.File(), "-keystore", p.file, "-storepass", javaPassword).Run())
	found := findJava(Machine{Root: home, Getenv: func(name string) string { return map[string]string{"JAVA_HOME": home}[name] }})
	if len(found) != 1 || found[0].Path() != p.file {
		t.Fatalf("found %v", found)
	}
	must(t, p.Add(t.Context(), a))
	if has, err := p.Has(t.Context(), a); !has || err != nil {
		t.Errorf("%v, %v", has, err)
	}
	must(t, p.Remove(t.Context(), a))
	if has, err := p.Has(t.Context(), a); has || err != nil {
		t.Errorf("it is still there: %v, %v", has, err)
	}
}
