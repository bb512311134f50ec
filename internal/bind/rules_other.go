//go:build !windows && !darwin && !freebsd

package bind

import "github.com/limenhq/limen"

// readNative is nil: the rules are in files, or limen does not know them.
var readNative func() (Rules, []limen.Gap)
