//go:build !linux

package wait

import (
	"context"
	"os"
)

// openHandle returns nothing: the process is looked at again and again.
func openHandle(int) *os.File { return nil }

func awaitEnd(context.Context, *os.File) bool { return false }

// statusOf knows nothing: only a parent is told.
func statusOf(*os.File) (*int, string, bool) { return nil, "", false }

func openOutputs(int) []*os.File { return nil }
