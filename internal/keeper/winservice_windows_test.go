package keeper

import "testing"

func TestReadServicesFindsThoseThatRun(t *testing.T) {
	s := readServices()
	if s.err != nil || len(s.names) == 0 || s.names[0] != nil {
		t.Fatalf("%+v; want some, as every Windows has", s)
	}
	for pid, names := range s.names {
		for _, name := range names {
			if name == "" {
				t.Errorf("process %d runs a service without a name", pid)
			}
		}
	}
}
