//go:build !unix && !windows

package bind

import (
	"errors"
	"net/netip"

	"github.com/limenhq/limen"
)

func bindOnce(limen.Transport, netip.Addr, uint16, bool) error { return errors.ErrUnsupported }

func noAddress(error) bool { return false }
