package proxy

import (
	"os"
	"testing"

	"github.com/limenhq/limen/internal/nettest"
)

func TestMain(m *testing.M) { os.Exit(nettest.Main(m)) }
