package probe

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/limenhq/limen"
)

// Delve is the debugger of Go, as a server: JSON-RPC 1.0, one object after
// another (service/rpccommon of its source). Unless it was told to accept
// several clients, it ends with the first one, and its program with it; then
// it is not asked.
var Delve = Probe{
	Name: "delve",
	Claims: func(t Target) Claim {
		for _, args := range commands(t) {
			if !runs(args, "dlv", "dlv.exe", "delve") {
				continue
			}
			if at, ok := flag(args, "listen"); !ok || !listensAt(at, t.Endpoint.Addr.Port()) {
				if short, ok := flag(args, "l"); !ok || !listensAt(short, t.Endpoint.Addr.Port()) {
					continue
				}
			}
			if slices.Contains(args, "--accept-multiclient") {
				return Claimed
			}
			return Spared
		}
		return Unclaimed
	},
	Speak: func(c *Conn) (limen.Service, bool) {
		c.Send(`{"method":"RPCServer.GetVersion","params":[{}],"id":8008}`)
		var answer struct {
			ID     int
			Result struct {
				DelveVersion string
				APIVersion   int
			}
		}
		if err := json.NewDecoder(c).Decode(&answer); err != nil || answer.ID != 8008 || answer.Result.APIVersion == 0 {
			return limen.Service{}, false
		}
		version, _, _ := strings.Cut(strings.TrimPrefix(answer.Result.DelveVersion, "Version: "), "\n")
		return limen.Service{
			Protocol: "delve", Product: "Delve", Version: version, Confidence: limen.Exchanged, Authentication: limen.AuthenticationNone,
			Evidence: c.Said("the answer to RPCServer.GetVersion", answer.Result.DelveVersion),
		}, true
	},
}
