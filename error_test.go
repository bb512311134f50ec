package limen_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/limenhq/limen"
)

func TestAnErrorIsItsKindAndNoOther(t *testing.T) {
	err := fmt.Errorf("while listing: %w", &limen.Error{Kind: limen.Denied, What: "cannot look"})
	for kind, want := range map[limen.Kind]bool{limen.Denied: true, limen.Internal: false, limen.NotFound: false} {
		if got := errors.Is(err, kind); got != want {
			t.Errorf("is %v: %v, want %v", kind, got, want)
		}
	}
	if errors.Is(err, errors.New("denied")) {
		t.Error("an error is another of the same words")
	}
}

func TestAnErrorWithoutAKindBlamesNobodyElse(t *testing.T) {
	if err := (&limen.Error{What: "cannot list"}); !errors.Is(err, limen.Internal) {
		t.Errorf("its kind is %v, want %v", err.Kind, limen.Internal)
	}
}

func TestAnErrorSaysOnlyThePartsItHas(t *testing.T) {
	for want, err := range map[string]limen.Error{
		"cannot free tcp/127.0.0.1:80: nginx holds it; sudo systemctl stop nginx": {
			What: "cannot free tcp/127.0.0.1:80", Why: "nginx holds it", Next: "sudo systemctl stop nginx"},
		"cannot list: no kernel": {What: "cannot list", Why: "no kernel"},
		"cannot list":            {What: "cannot list"},
	} {
		if got := err.Error(); got != want {
			t.Errorf("says %q, want %q", got, want)
		}
	}
}
