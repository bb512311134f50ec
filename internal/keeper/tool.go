package keeper

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/limenhq/limen"
)

// Tool returns the arguments of the command that stops what runs within these
// keepers, to be run as they are and without a shell; nil if there is none. It
// is what Next tells a person to type, without the rights.
func Tool(within []limen.Keeper) []string { return command(within, stopping) }

// Starter returns the arguments of the command that undoes Tool.
func Starter(within []limen.Keeper) []string { return command(within, starting.Replace) }

// starting turns the words that stop into those that start.
var starting = strings.NewReplacer(" stop ", " start ", " down ", " up ", " -d ", " -u ")

func stopping(words string) string { return words }

func command(within []limen.Keeper, turn func(string) string) []string {
	k := Nearest(within)
	if k == nil || isOneOfMany(*k, within) {
		return nil
	}
	how, ok := stops[k.Kind]
	if !ok {
		return nil
	}
	words, name := how(*k)
	args := strings.Fields(turn(strings.TrimPrefix(words, "sudo ")))
	if len(args) == 0 || !isArgument(name) || args[0] == "kill" {
		return nil
	}
	args = append(args, name)
	if k.Kind != limen.SystemdSocket {
		return args
	}
	// Its service has the socket by now, and is stopped and started with it.
	for _, other := range within {
		if other.Kind == serviceKind(*k) {
			if unit := strings.TrimSuffix(other.Name, ".service") + ".service"; isArgument(unit) {
				args = append(args, unit)
			}
			break
		}
	}
	return args
}

// isArgument reports whether a name can be no flag, and ends where it seems to.
func isArgument(name string) bool {
	return name != "" && len(name) <= 4096 && !strings.HasPrefix(name, "-") && !strings.ContainsRune(name, 0)
}

// An Order is what an engine can be told to do with a container.
type Order string

const (
	StopContainer  Order = "stop"
	StartContainer Order = "start"
)

// Tell tells an engine to stop or to start a container, and waits until it has
// done so. Grace is what the container gets before the engine kills it.
func (f *Finder) Tell(ctx context.Context, order Order, k limen.Keeper, grace time.Duration) error {
	i := slices.IndexFunc(engines, func(e engine) bool { return e.kind == k.Kind })
	if i < 0 || k.Container == nil || k.Container.ID == "" {
		return fmt.Errorf("limen knows no engine for %s %q", k.Kind, k.Name)
	}
	var last error
	for _, p := range append(slices.Clone(engines[i].system), engines[i].user...) {
		socket, ok := f.place(p, int64(os.Geteuid()))
		if !ok {
			continue
		}
		err := tell(ctx, socket, order, k.Container.ID, grace)
		switch {
		case err == nil:
			return nil
		case last == nil || !errors.Is(err, fs.ErrNotExist):
			last = err
		}
	}
	return last
}

// tell asks one engine. "Not modified" means that it is so already (Docker
// Engine API, ContainerStop).
func tell(ctx context.Context, socket string, order Order, id string, grace time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, grace+10*time.Second)
	defer cancel()
	var d net.Dialer
	t := &http.Transport{
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return d.DialContext(ctx, "unix", socket) },
		DisableKeepAlives: true,
	}
	defer t.CloseIdleConnections()
	address := fmt.Sprintf("http://engine/containers/%s/%s", url.PathEscape(id), order)
	if order == StopContainer {
		address += fmt.Sprintf("?t=%d", int(grace.Seconds()))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, nil)
	if err != nil {
		return err
	}
	res, err := t.RoundTrip(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	said, err := io.ReadAll(io.LimitReader(res.Body, 1<<10))
	switch {
	case res.StatusCode == http.StatusNoContent, res.StatusCode == http.StatusNotModified:
		return nil
	case res.StatusCode == http.StatusNotFound:
		return fmt.Errorf("%s knows no container %s: %w", socket, id, fs.ErrNotExist)
	case err != nil:
		return err
	}
	return fmt.Errorf("%s answered %d: %q", socket, res.StatusCode, said)
}
