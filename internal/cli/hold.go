package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/view"
)

var hold = command{
	name:  "hold",
	args:  "PORT...",
	short: "keep ports bound until servers take them over",
	long: "Binds ports without listening, so that no outgoing connection and no careless program gets them, and ends " +
		"when a server listens on each. The server must set SO_REUSEADDR, as nearly every one does. " +
		"limen pick --hold starts this in the background.",
	examples: []entry{
		{"limen hold 23117", "until a server listens there, at most ten minutes"},
		{"limen hold 23117 --for 1h", "at most an hour"},
	},
	flags: []flag{
		{name: "for", value: "TIME", doc: "at most so long, as in 90s, 5m or 1h; ten minutes if not said"},
		{name: "json", doc: "which ports are still kept, an object for each change"},
	},
	run: runHold,
}

func runHold(ctx context.Context, env Env, c call) error {
	in := op.HoldIn{}
	for _, word := range c.args {
		port, err := limen.ParsePort(strings.TrimPrefix(word, ":"))
		if err != nil {
			return invalid("cannot hold %q", word)(err.Error(), "limen hold 23117")
		}
		if !slices.Contains(in.Ports, port) {
			in.Ports = append(in.Ports, port)
		}
	}
	if c.has("for") {
		var err error
		if in.For, err = time.ParseDuration(c.values["for"]); err != nil || in.For <= 0 {
			return invalid("cannot hold for %q", c.values["for"])("that is no time; write it as 90s, 5m or 1h", "limen hold 23117 --for 5m")
		}
	}
	f := view.Table
	if c.has("json") {
		f = view.NDJSON
	}
	place, done, err := env.Place(ctx, "")
	if err != nil {
		return err
	}
	defer done()
	told := false
	for kept, err := range op.Hold.On(ctx, place, in) {
		if err != nil {
			return err
		}
		if told && !c.has("json") {
			continue // who waited for the ports to be kept has gone on
		}
		told = true
		if err := view.Kept(env.Out, kept, f); err != nil {
			return err
		}
	}
	return nil
}

// holdBehind starts limen hold in the background, and returns when it has the
// ports.
func holdBehind(ctx context.Context, l limen.Leases) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	args := []string{hold.name}
	for _, one := range l.Leases {
		args = append(args, strconv.Itoa(int(one.Port)))
	}
	cmd := exec.Command(self, args...)
	cmd.SysProcAttr = detached
	cmd.Dir = string(filepath.Separator) // not to keep whoever picks from unmounting
	var complaint strings.Builder
	said, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	errs, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	first := make([]byte, 1)
	if _, err := said.Read(first); err == nil {
		// It has the ports, and outlives this process.
		return errors.Join(said.Close(), errs.Close(), cmd.Process.Release())
	}
	io.Copy(&complaint, io.LimitReader(errs, 4096)) // what is missing of it is not missed
	cmd.Wait()                                      // likewise: why is in the complaint
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &limen.Error{
		Kind: limen.Busy, What: "cannot hold what was picked",
		Why: fmt.Sprintf("limen hold says: %s", strings.Join(strings.Fields(complaint.String()), " ")), Next: "pick without --hold",
	}
}
