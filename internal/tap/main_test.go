package tap

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("TAP_TEST_WRITE"); dir != "" {
		writeWithoutEnd(dir)
	}
	os.Exit(m.Run())
}
