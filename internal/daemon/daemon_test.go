package daemon

import (
	"errors"
	"testing"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
)

func TestConnectFindsAPlaceThatAnswers(t *testing.T) {
	place, done, err := Connect(t.Context(), "", Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	found, err := op.Number.On(t.Context(), place, op.NumberIn{Words: []string{"8008"}})
	if err != nil || len(found.Numbers) != 1 || found.Numbers[0].Port != 8008 {
		t.Errorf("the place answered %+v, %v", found, err)
	}
}

func TestConnectToAnotherMachineIsUnsupported(t *testing.T) {
	_, _, err := Connect(t.Context(), "atlas", Config{})
	if !errors.Is(err, limen.Unsupported) {
		t.Errorf("Connect to another machine: %v; want Unsupported", err)
	}
}
