package naming

import (
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

func TestSlugMakesALabel(t *testing.T) {
	for text, want := range map[string]string{
		"shop": "shop", "Shop": "shop", "my_shop.v2": "my-shop-v2", "feature/X-1": "feature-x-1",
		"--a--b--": "a-b", "2048": "2048", "xn--bcher-kva": "xn-bcher-kva",
		"Ärger": "arger", "A\u0308rger": "arger", "Straße": "strasse", "łódź": "lodz", "İzmir": "izmir", "Ǽ": "",
		"日本": "", "日本 shop": "shop", "shop 日本": "shop", "\xff\x00a": "a", "": "", "-": "", "K": "k",
		strings.Repeat("a", 62) + "-b":   strings.Repeat("a", 62),
		strings.Repeat("a", 62) + "ß":    strings.Repeat("a", 62) + "s",
		strings.Repeat("-", 1000) + "ab": "ab",
	} {
		if got := slug(text); got != want {
			t.Errorf("%q: %q; want %q", text, got, want)
		}
	}
}

func FuzzSlug(f *testing.F) {
	for _, s := range []string{"shop", "feature/X-1", "Ärger", "A\u0308", "日本", "xn--a", strings.Repeat("ß-", 60)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := slug(text)
		if again := slug(got); again != got {
			t.Errorf("%q: %q, and of that %q", text, got, again)
		}
		if got == "" {
			return
		}
		if name, err := limen.ParseHost(got); err != nil || name != got || strings.Contains(got, "--") {
			t.Errorf("%q: %q is no label: %v", text, got, err)
		}
	})
}
