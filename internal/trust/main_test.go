package trust

import (
	"os"
	"testing"

	"github.com/limenhq/limen/internal/nettest"
)

func TestMain(m *testing.M) { os.Exit(nettest.Main(m)) } // a network of our own

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// anew makes an authority in a directory of the test's own.
func anew(t testing.TB, suffixes ...string) (Vault, *Authority) {
	t.Helper()
	v := Vault{Directory: t.TempDir() + "/authority"}
	a, err := v.Make(suffixes)
	must(t, err)
	return v, a
}
