package serve

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

func TestALogHasWhatWasAnsweredAndNoSecrets(t *testing.T) {
	root := t.TempDir()
	put(t, filepath.Join(root, "a.txt"), "hello")
	told := make(chan limen.Served, 10)
	s, server := openSite(t, Config{Root: root, LAN: true, Drop: &Drop{Folder: root}, Tell: func(item limen.Served) { told <- item }})
	for _, c := range []struct {
		path, shown string
		status      int
		bytes       int64
	}{
		{"/a.txt?x=1", "/a.txt?x=1", 200, 5},
		{"/none", "/none", 404, 48},
		{"/a.txt?token=" + s.Token(), "/a.txt?token=...", 200, 5},
		{s.DropPath(), ownDrop + ".../", 200, -1},
		{"/" + strings.Repeat("a", 2000), "/" + strings.Repeat("a", mostText-1) + "...", 404, 48},
	} {
		fetch(t, server.URL+c.path)
		v := (<-told).Request
		if v == nil || v.Path != c.shown || v.Status != c.status || c.bytes >= 0 && v.Bytes != c.bytes || v.Method != "GET" {
			t.Errorf("%.60s is told as %+v", c.path, v)
		}
	}
}

func TestAQuietSiteTellsOfNoRequest(t *testing.T) {
	_, server := openSite(t, Config{Root: t.TempDir(), Quiet: true, Tell: func(item limen.Served) { t.Errorf("it told %+v", item) }})
	fetch(t, server.URL+"/none")
}
