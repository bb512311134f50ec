//go:build !linux && !windows && !darwin && !freebsd

package sockets

import (
	"context"

	"github.com/limenhq/limen"
)

var (
	sources []source // none known here yet; Read says so
	finders []finder
)

func readElsewhere(context.Context, Reader, Want) ([]Socket, []limen.Gap) { return nil, nil }

func guess(context.Context, Reader, *search, []int) {}

func firstPIDNamespace(Reader) bool { return true }

func bridges(Reader) (map[string]bool, error) { return nil, nil }
