package nettest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// chromiums are the names that distributions give to the browser.
var chromiums = []string{"chromium", "chromium-browser", "google-chrome-stable", "google-chrome"}

// browserPatience is how long a browser may take for anything: it is only ever
// waited for as long by a test that fails.
const browserPatience = 60 * time.Second

// A Chromium is a real browser without a window, new in every respect: it has
// no history, no cache and no settings. It speaks the DevTools protocol over a
// pipe (--remote-debugging-pipe: messages in JSON, each ended by a zero byte).
type Chromium struct {
	t   testing.TB
	out *os.File

	mu      sync.Mutex // guards what follows
	last    int        // number of a request
	waiting map[int]chan reply
	tabs    map[string]*Tab // by session
}

// A reply is what the browser says, be it asked or not.
type reply struct {
	ID        int             `json:"id"`
	Method    string          `json:"method"`
	SessionID string          `json:"sessionId"`
	Params    json.RawMessage `json:"params"`
	Result    json.RawMessage `json:"result"`
	Error     *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// Browser starts a browser that ends with the test, and skips the test where
// there is none. It must be called on the test's own goroutine.
func Browser(t testing.TB) *Chromium {
	t.Helper()
	return BrowserAt(t, "")
}

// BrowserAt starts a browser of somebody who lives in a home directory, where it
// finds whom they trust (.pki/nssdb). An empty one is new, too.
func BrowserAt(t testing.TB, home string) *Chromium {
	t.Helper()
	// A test's own directory has its name in its path, and the browser puts a
	// socket there, for which there are 108 bytes (unix(7)).
	dir, err := os.MkdirTemp("", "browser")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if home == "" {
		home = dir
	}
	cmd := exec.Command(findChromium(t),
		"--headless=new", "--remote-debugging-pipe", "--user-data-dir="+dir, "about:blank",
		"--no-sandbox", // neither root nor a user in a namespace of their own may make one
		"--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--disable-extensions", "--no-first-run", "--no-default-browser-check",
		// It goes nowhere but where the test sends it.
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps", "--no-pings",
		"--disable-features=OptimizationHints,MediaRouter,Translate",
		// What nobody sees runs as fast as what somebody does.
		"--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows",
	)
	cmd.Env = []string{"HOME=" + home, "TMPDIR=" + dir, "PATH=" + os.Getenv("PATH"), "DBUS_SESSION_BUS_ADDRESS=disabled:"}
	cmd.SysProcAttr = lifeAttr(true)
	runtime.LockOSThread() // see lifeAttr
	t.Cleanup(runtime.UnlockOSThread)

	itsIn, out := pipe(t)
	in, itsOut := pipe(t)
	cmd.ExtraFiles = []*os.File{itsIn, itsOut} // 3 and 4, as the protocol has it
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	itsIn.Close()
	itsOut.Close()
	c := &Chromium{t: t, out: out, waiting: map[int]chan reply{}, tabs: map[string]*Tab{}}
	var reading sync.WaitGroup
	reading.Go(func() { c.read(in) })
	t.Cleanup(func() {
		out.Close() // which ends it
		kill := time.AfterFunc(5*time.Second, func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
		cmd.Wait() // that it was ended is what its code says
		kill.Stop()
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // its children, who would write into its directory
		reading.Wait()
		in.Close()
	})
	return c
}

func findChromium(t testing.TB) string {
	t.Helper()
	for _, name := range chromiums {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	Skip(t, "needs the program chromium")
	return ""
}

func pipe(t testing.TB) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return r, w
}

// read hands on what the browser says, until it has ended.
func (c *Chromium) read(in *os.File) {
	for text := bufio.NewReader(in); ; {
		line, err := text.ReadBytes(0)
		if err != nil {
			c.end()
			return
		}
		var r reply
		if json.Unmarshal(line[:len(line)-1], &r) == nil {
			c.take(r)
		}
	}
}

func (c *Chromium) take(r reply) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if waiting, ok := c.waiting[r.ID]; ok {
		delete(c.waiting, r.ID)
		waiting <- r // has room for it
		return
	}
	tab := c.tabs[r.SessionID]
	domain, _, _ := strings.Cut(r.Method, ".")
	switch {
	case tab == nil:
	case r.Method == "Runtime.consoleAPICalled" || r.Method == "Runtime.exceptionThrown":
		tab.console = append(tab.console, string(r.Params))
	case slices.Contains(tab.domains, domain):
		tab.heard = append(tab.heard, r)
	}
}

// end tells all who still wait that there will be no reply.
func (c *Chromium) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, waiting := range c.waiting {
		delete(c.waiting, id)
		close(waiting)
	}
}

// ask has the browser do something, and waits for what comes of it.
func (c *Chromium) ask(session, method string, params, result any) error {
	waiting := make(chan reply, 1)
	c.mu.Lock()
	c.last++
	id := c.last
	c.waiting[id] = waiting
	c.mu.Unlock()
	text, err := json.Marshal(struct {
		ID        int    `json:"id"`
		Method    string `json:"method"`
		Params    any    `json:"params"`
		SessionID string `json:"sessionId,omitempty"`
	}{id, method, params, session})
	if err != nil {
		return err
	}
	if _, err := c.out.Write(append(text, 0)); err != nil {
		return err
	}
	select {
	case r, ok := <-waiting:
		switch {
		case !ok:
			return fmt.Errorf("%s: the browser has ended", method)
		case r.Error != nil:
			return fmt.Errorf("%s: %s", method, r.Error.Message)
		case result == nil:
			return nil
		}
		return json.Unmarshal(r.Result, result)
	case <-time.After(browserPatience):
		return fmt.Errorf("%s: the browser says nothing", method)
	}
}
