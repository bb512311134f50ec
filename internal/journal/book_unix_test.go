//go:build unix

package journal

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/limenhq/limen"
)

func TestAPipeInPlaceOfTheFileIsRefusedAtOnce(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "web.log"), 0o600); err != nil {
		t.Skip("no named pipes here: " + err.Error())
	}
	j := open(t, dir)
	if err := j.Add([]limen.LogLine{lineOf("web", 1)}); err == nil || !strings.Contains(err.Error(), "is no file") {
		t.Errorf("writing: %v", err)
	}
	err := open(t, dir).Read(t.Context(), Question{Apps: []string{"web"}}, func(limen.LogLine) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "is no file") {
		t.Errorf("reading: %v", err)
	}
}
