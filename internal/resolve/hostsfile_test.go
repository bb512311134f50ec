package resolve

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/limenhq/limen"
)

func hostsFile(t *testing.T, text string) HostsFile {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hosts")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return HostsFile{Path: path, Again: "sudo limen again"}
}

// only fails the test unless a directory has this one file, with this text.
func (h HostsFile) mustBe(t *testing.T, text string) {
	t.Helper()
	got, err := os.ReadFile(h.Path)
	if err != nil || string(got) != text {
		t.Errorf("the file is %q, %v; want %q", got, err, text)
	}
	beside, err := os.ReadDir(filepath.Dir(h.Path))
	if err != nil || len(beside) != 1 {
		t.Errorf("beside it are %v, %v", beside, err)
	}
}

func TestAFileOfHostsGetsItsLinesAndLosesThemAgain(t *testing.T) {
	const before = "127.0.0.1 localhost\n"
	h := hostsFile(t, before)
	if gap, err := h.Write(t.Context(), Entries("shop.test", netip.Addr{})); gap != nil || err != nil {
		t.Fatal(gap, err)
	}
	h.mustBe(t, before+"# limen begin\n127.0.0.1\tshop.test\n::1\tshop.test\n# limen end\n")
	if b, err := h.Read(); err != nil || b.File != h.Path || !slices.Equal(b.Names, []string{"shop.test"}) {
		t.Errorf("%+v, %v", b, err)
	}
	own := netip.MustParseAddr("127.77.1.2")
	if gap, err := h.Write(t.Context(), Entries("db.shop.test", own)); gap != nil || err != nil {
		t.Fatal(gap, err)
	}
	h.mustBe(t, before+"# limen begin\n127.77.1.2\tdb.shop.test\n# limen end\n")
	if gap, err := h.Write(t.Context(), nil); gap != nil || err != nil {
		t.Fatal(gap, err)
	}
	h.mustBe(t, before)
}

func TestAFileOfHostsTakesNoWildcardAndNoOtherText(t *testing.T) {
	h := hostsFile(t, "x\n")
	for _, name := range []string{"*.shop.test", "shop.test\n192.0.2.1 bank.example", "shop test", "", "# limen end"} {
		if _, err := h.Write(t.Context(), []Entry{entry(name)}); !errors.Is(err, limen.Invalid) {
			t.Errorf("%q: %v", name, err)
		}
	}
	h.mustBe(t, "x\n")
}

func TestALinkToTheFileOfHostsStaysOne(t *testing.T) {
	h := hostsFile(t, "x\n")
	link := filepath.Join(t.TempDir(), "hosts")
	if err := os.Symlink(h.Path, link); err != nil {
		t.Skip("needs symbolic links: " + err.Error())
	}
	through := HostsFile{Path: link}
	if _, err := through.Write(t.Context(), []Entry{entry("shop.test")}); err != nil {
		t.Fatal(err)
	}
	if to, err := os.Readlink(link); err != nil || to != h.Path {
		t.Errorf("the link leads to %q, %v", to, err)
	}
	h.mustBe(t, "x\n# limen begin\n127.0.0.1\tshop.test\n# limen end\n")
}

func TestManyWritersAtOnceLoseNothingOfEachOther(t *testing.T) {
	const before = "127.0.0.1 localhost\n"
	h := hostsFile(t, before)
	add := func(name string) func([]Entry) []Entry {
		return func(now []Entry) []Entry {
			now = append(slices.Clone(now), entry(name))
			slices.SortFunc(now, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
			return slices.Compact(now)
		}
	}
	var all sync.WaitGroup
	var want strings.Builder
	for i := range 20 {
		name := fmt.Sprintf("shop-%02d.test", i)
		want.WriteString("127.0.0.1\t" + name + "\n")
		all.Go(func() {
			if _, err := h.Change(context.Background(), add(name)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	h.mustBe(t, before+"# limen begin\n"+want.String()+"# limen end\n")
}

func TestABrokenOrMissingFileOfHostsIsNamed(t *testing.T) {
	h := hostsFile(t, "# limen begin\n")
	if _, err := h.Write(t.Context(), nil); !errors.Is(err, limen.Invalid) {
		t.Errorf("broken: %v", err)
	}
	h.mustBe(t, "# limen begin\n")
	gone := HostsFile{Path: filepath.Join(t.TempDir(), "hosts")}
	if _, err := gone.Write(t.Context(), nil); !errors.Is(err, limen.NotFound) {
		t.Errorf("missing: %v", err)
	}
}
