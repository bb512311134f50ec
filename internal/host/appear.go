package host

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/op"
	"github.com/limenhq/limen/internal/supervise"
)

// A Carrier carries verbs between the limens of one person. A nil field means
// that there is none: then each knows its own apps alone.
type Carrier struct {
	// Dial returns the limen behind a socket. The error wraps ErrNobody if
	// there is none any more.
	Dial func(ctx context.Context, socket string) (op.Place, func() error, error)
	// Serve answers at a socket until ctx ends. It returns when it listens, and
	// wait returns when it has ended.
	Serve func(ctx context.Context, socket string, t op.Table) (wait func() error, err error)
	// Clear takes a socket away behind which there is nobody, and nobody will be.
	Clear func(socket string) error
}

// ErrNobody says that nobody answers at a socket.
var ErrNobody = errors.New("nobody answers there")

// longestSocket is how long the directory of a socket may be: sun_path has 104
// bytes on BSD and macOS, 108 on Linux (linux/un.h), and a name must fit in.
const longestSocket = 80

// runners is the directory of the sockets of limens that run apps.
func (h *Host) runners() (string, error) {
	dir, err := h.state()
	if err != nil {
		return "", err
	}
	if dir = filepath.Join(dir, "run"); len(dir) < longestSocket {
		return dir, nil
	}
	// Too long for the path of a socket: a short one that is ours alone, and the
	// same for all of ours, whatever TMPDIR says to one of them.
	sum := sha256.Sum256([]byte(dir))
	short := "/tmp"
	if info, err := os.Stat(short); err != nil || !info.IsDir() {
		short = os.TempDir()
	}
	return filepath.Join(short, fmt.Sprintf("limen-%d-%x", os.Getuid(), sum[:6])), nil
}

// appear lets other limens of the same person ask for the crew, and end and
// restart its apps. Where that cannot be, the crew runs all the same, and says
// what is lost.
func (c *crew) appear(ctx context.Context) (leave func(), err error) {
	carrier := c.host.carrier
	if carrier.Serve == nil {
		return func() {}, nil
	}
	dir, err := c.host.runners()
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	var wait func() error
	ctx, stop := context.WithCancel(ctx)
	if err == nil {
		wait, err = carrier.Serve(ctx, filepath.Join(dir, fmt.Sprintf("%d.sock", c.runner.PID)), op.Table{
			op.Apps.By(c.Apps), op.Restart.By(c.Restart), op.Down.By(c.Down),
		})
	}
	if err != nil {
		stop()
		go c.tell(limen.AppEvent{ // taken as soon as events are
			App: "limen", Change: limen.AppNoted, Why: "cannot be asked about its apps: limen ps will not know them: " + err.Error(),
		})
		return func() {}, nil
	}
	return func() {
		stop()
		_ = wait() // a socket that stays is taken away by who finds nobody behind it
	}, nil
}

// Apps says what the apps of the crew are now.
func (c *crew) Apps(_ context.Context, in op.AppsIn) (limen.Apps, error) {
	all := c.list()
	return limen.Apps{Apps: slices.DeleteFunc(all, func(a limen.App) bool { return !isMeant(a, in) })}, nil
}

// Restart ends apps of the crew, and starts them again. It returns when they are
// ready, or will not be, or take long.
func (c *crew) Restart(ctx context.Context, in op.AppsIn) (limen.Apps, error) {
	before := map[string]limen.App{}
	for _, a := range c.list() {
		before[a.Name] = a
	}
	ctx, stop := context.WithTimeout(ctx, restartTime)
	defer stop()
	return c.each(ctx, in, c.supervisor.RestartApp, func(a limen.App) bool {
		was := before[a.Name]
		return a.Starts > was.Starts && a.State != limen.AppStarting || a.State == limen.AppFailed && !a.Since.Equal(was.Since)
	})
}

// restartTime is how long a restart is waited for. What takes longer goes on.
const restartTime = 20 * time.Second

// Down ends apps of the crew, and returns when they have ended. When none is
// left, limen ends with them.
func (c *crew) Down(ctx context.Context, in op.AppsIn) (limen.Apps, error) {
	return c.each(ctx, in, c.supervisor.StopApp, func(a limen.App) bool {
		return !a.State.Lives() && a.State != limen.AppRestarting
	})
}

// each does something about the apps that are meant, one after the other is
// done, those first that depend on others.
func (c *crew) each(ctx context.Context, in op.AppsIn, do func(context.Context, string) error, isDone func(limen.App) bool) (limen.Apps, error) {
	all := c.list()
	slices.Reverse(all)
	for _, a := range all {
		if !isMeant(a, in) {
			continue
		}
		if err := do(ctx, a.Name); errors.Is(err, supervise.ErrOver) {
			break // all are on their way out already
		} else if err != nil {
			return limen.Apps{}, err
		}
		c.await(ctx, a.Name, isDone)
	}
	return c.Apps(ctx, in)
}

// await waits until an app is as it should be, or ctx ends.
func (c *crew) await(ctx context.Context, name string, isDone func(limen.App) bool) {
	for {
		all := c.list()
		i := slices.IndexFunc(all, func(a limen.App) bool { return a.Name == name })
		if i < 0 || isDone(all[i]) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-c.gone:
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// isMeant reports whether a question is about an app.
func isMeant(a limen.App, in op.AppsIn) bool {
	if in.Directory != "" && a.Project != in.Directory && !strings.HasPrefix(in.Directory+string(filepath.Separator), a.Project+string(filepath.Separator)) {
		return false
	}
	return len(in.Names) == 0 || slices.Contains(in.Names, a.Name)
}

// daemonSocket is where the daemon is asked.
func (h *Host) daemonSocket() (string, error) {
	dir, err := h.runners()
	return filepath.Join(dir, "daemon.sock"), err
}

// dialDaemon returns the daemon of this person. The error wraps ErrNobody if
// none runs.
func (h *Host) dialDaemon(ctx context.Context) (op.Place, func() error, error) {
	socket, err := h.daemonSocket()
	if err != nil || h.isAlone || h.carrier.Dial == nil {
		return nil, nil, errors.Join(ErrNobody, err)
	}
	return h.carrier.Dial(ctx, socket)
}
