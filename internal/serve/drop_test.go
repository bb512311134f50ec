package serve

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A dropWorld is a site with a drop link.
type dropWorld struct {
	world
	inbox   string
	link    string
	notices chan string
}

func serveDrops(t *testing.T, d Drop, now func() time.Time) dropWorld {
	t.Helper()
	w := dropWorld{inbox: d.Folder, notices: make(chan string, 100)}
	if w.inbox == "" {
		w.inbox = t.TempDir()
		d.Folder = w.inbox
	}
	w.world = serveWorld(t, Config{Drop: &d, Tell: tellNotices(w.notices), Now: now}, nil)
	w.link = w.site.DropPath()
	return w
}

// has is what lies in the folder, and how much of it.
func (w dropWorld) has() (all []string) {
	w.t.Helper()
	entries, err := os.ReadDir(w.inbox)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(w.inbox, e.Name()))
		if err != nil {
			w.t.Fatal(err)
		}
		name := e.Name()
		if strings.HasPrefix(name, ".limen-") && strings.HasSuffix(name, ".part") {
			name = "part"
		}
		all = append(all, name+"="+string(text))
	}
	slices.Sort(all)
	return all
}

func (w dropWorld) wantHas(want ...string) {
	w.t.Helper()
	if got := w.has(); !slices.Equal(got, want) {
		w.t.Errorf("the folder has %q; want %q", got, want)
	}
}

// wantAnswer sends a part of a file.
func (w dropWorld) wantAnswer(status int, text, method, name, body string, headers ...string) *http.Response {
	w.t.Helper()
	answer, got := w.ask(method, w.link+name, body, headers...)
	if answer.StatusCode != status || !strings.Contains(got, text) {
		w.t.Errorf("%s %s %v: %s %q; want %d with %q", method, name, headers, answer.Status, got, status, text)
	}
	return answer
}

func TestADropLinkTakesOneFileAndIsOver(t *testing.T) {
	w := serveDrops(t, Drop{}, nil)
	page := w.wantAnswer(200, `type="file"`, "GET", "", "")
	if got := page.Header.Get("Content-Security-Policy"); got != ownPolicy {
		t.Errorf("the page may: %q", got)
	}
	if got := page.Header.Get("Referrer-Policy"); got != "no-referrer" { // the address is the key
		t.Errorf("Referrer-Policy: %q", got)
	}
	w.wantAnswer(201, "came as photo 1.jpg", "PUT", "photo%201.jpg", "bytes")
	w.wantHas("photo 1.jpg=bytes")
	if got := <-w.notices; got != `"photo 1.jpg" has come by the drop link | 5 B | ` {
		t.Errorf("the notice is %q", got)
	}
	w.wantAnswer(410, "not good any more", "PUT", "second.jpg", "bytes")
	w.wantAnswer(410, "not good any more", "GET", "", "")
	w.wantHas("photo 1.jpg=bytes")
}

func TestADropOverwritesNothing(t *testing.T) {
	w := serveDrops(t, Drop{Files: 9}, nil)
	for i, name := range []string{"a.tar.gz", "a.tar.gz", "a.tar.gz", "plain", "plain"} {
		w.wantAnswer(201, "came as", "PUT", name, fmt.Sprint(i))
	}
	w.wantHas("a.tar (1).gz=1", "a.tar (2).gz=2", "a.tar.gz=0", "plain (1)=4", "plain=3")
}

func TestADropContinuesWhereItStopped(t *testing.T) {
	w := serveDrops(t, Drop{}, nil)
	offset := func() string { return w.wantAnswer(204, "", "HEAD", "f", "").Header.Get("Upload-Offset") }
	if got := offset(); got != "0" {
		t.Errorf("before anything came, the offset is %s", got)
	}
	// Half of the file, and then the line breaks.
	line, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(line, "PATCH %sf HTTP/1.1\r\nHost: localhost\r\nUpload-Offset: 0\r\nUpload-Length: 10\r\nContent-Length: 10\r\n\r\n01234", w.link)
	line.(*net.TCPConn).CloseWrite()
	answer, err := http.ReadResponse(bufio.NewReader(line), nil)
	if err != nil {
		t.Fatal(err)
	}
	line.Close()
	if answer.StatusCode != http.StatusRequestTimeout || answer.Header.Get("Upload-Offset") != "5" {
		t.Errorf("half a file: %s %v", answer.Status, answer.Header)
	}
	w.wantHas("part=01234")
	if got := offset(); got != "5" {
		t.Errorf("after half a file, the offset is %s", got)
	}
	wrong := w.wantAnswer(409, "of this file 5 bytes have come", "PATCH", "f", "789", "Upload-Offset: 7", "Upload-Length: 10")
	if got := wrong.Header.Get("Upload-Offset"); got != "5" {
		t.Errorf("who is at the wrong place is told %s", got)
	}
	w.wantAnswer(204, "", "PATCH", "f", "56", "Upload-Offset: 5", "Upload-Length: 10")
	w.wantAnswer(201, "came as f", "PUT", "f", "789", "Content-Range: bytes 7-9/10")
	w.wantHas("f=0123456789")
}

func TestTwoFilesOfOneNameAreNotMixed(t *testing.T) {
	w := serveDrops(t, Drop{Files: 2}, nil)
	w.wantAnswer(204, "", "PATCH", "IMG.jpg", "aa", "Upload-Offset: 0", "Upload-Length: 4", "Upload-Key: 1")
	w.wantAnswer(204, "", "PATCH", "IMG.jpg", "bb", "Upload-Offset: 0", "Upload-Length: 4", "Upload-Key: 2")
	w.wantAnswer(201, "", "PATCH", "IMG.jpg", "AA", "Upload-Offset: 2", "Upload-Length: 4", "Upload-Key: 1")
	w.wantAnswer(201, "", "PATCH", "IMG.jpg", "BB", "Upload-Offset: 2", "Upload-Length: 4", "Upload-Key: 2")
	w.wantHas("IMG (1).jpg=bbBB", "IMG.jpg=aaAA")
}

func TestADropRefusesWhatItCannotTake(t *testing.T) {
	w := serveDrops(t, Drop{Most: 10, Files: 3}, nil)
	w.write("served.txt", "")
	for _, name := range []string{".bashrc", "nul", "a%3Ab", "sub/a", "a%0Ab", "%FF", "trail.", "trail%20", "%3Cb%3E", "%E2%80%AEgpj", strings.Repeat("x", 300)} {
		w.wantAnswer(400, "no file is taken under the name", "PUT", name, "x")
	}
	for _, name := range []string{"..%2Fup", "a%5Cb", "%00", ".."} {
		if answer, _ := w.ask("PUT", w.link+name, "x"); answer.StatusCode/100 != 4 {
			t.Errorf("PUT %s: %s", name, answer.Status)
		}
	}
	w.wantAnswer(413, "files of up to 10 B", "PUT", "large", "12345678901")
	w.wantAnswer(413, "files of up to 10 B", "PATCH", "large", "1", "Upload-Offset: 0", "Upload-Length: 11")
	w.wantAnswer(400, errOffset.Error(), "PATCH", "f", "x")
	w.wantAnswer(400, errRange.Error(), "PUT", "f", "x", "Content-Range: bytes 0-0/*")
	w.wantAnswer(400, errLength.Error(), "PUT", "f", "xxx", "Content-Range: bytes 0-1/9")
	w.wantAnswer(405, "HEAD, PUT, PATCH", "GET", "f", "")
	for _, path := range []string{ownDrop, ownDrop + "x/", ownDrop + "x/f", w.link[:len(w.link)-2] + "/"} {
		if answer, _ := w.ask("GET", path, ""); answer.StatusCode != http.StatusNotFound {
			t.Errorf("GET %s: %s", path, answer.Status)
		}
	}
	w.wantHas()
	if answer, _ := w.ask("PUT", "/served.txt", "x"); answer.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("a file beside the drop link: %s", answer.Status)
	}
}

func TestADropOfUnknownLengthEndsAtItsMost(t *testing.T) {
	w := serveDrops(t, Drop{Most: 10, Files: 2}, nil)
	put := func(text string) *http.Response {
		r, _ := http.NewRequest("PUT", w.url+w.link+"f", io.MultiReader(strings.NewReader(text))) // chunked
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer
	}
	if got := put("12345678901"); got.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("too much: %s", got.Status)
	}
	w.wantHas("part=")
	if got := put("1234567890"); got.StatusCode != http.StatusCreated {
		t.Errorf("just enough: %s", got.Status)
	}
	w.wantHas("f=1234567890")
}

func TestADropLinkEndsWithItsTime(t *testing.T) {
	var mu sync.Mutex
	now := time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC)
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	w := serveDrops(t, Drop{Last: time.Minute}, clock)
	w.wantAnswer(200, "", "GET", "", "")
	mu.Lock()
	now = now.Add(time.Minute + 1)
	mu.Unlock()
	w.wantAnswer(410, "its time is over", "GET", "", "")
	w.wantAnswer(410, "its time is over", "PUT", "f", "x")
	w.wantHas()
}

// TestOfTwoAtTheSameTimeOnlyAsManyAreTakenAsMayCome has one sender in the middle
// of its file while others come.
func TestOfTwoAtTheSameTimeOnlyAsManyAreTakenAsMayCome(t *testing.T) {
	w := serveDrops(t, Drop{}, nil)
	slow, feed := io.Pipe()
	r, _ := http.NewRequest("PUT", w.url+w.link+"slow", slow)
	r.ContentLength = 4
	done := make(chan *http.Response)
	go func() {
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Error(err)
		}
		done <- answer
	}()
	io.WriteString(feed, "sl") // is taken when the request is being answered, or about to be
	for len(w.has()) == 0 {    // the file is there once somebody sends it
	}
	w.wantAnswer(409, errBusy.Error(), "PUT", "slow", "x")
	w.wantAnswer(409, errMany.Error(), "PUT", "other", "x")
	io.WriteString(feed, "ow")
	feed.Close()
	if answer := <-done; answer.StatusCode != http.StatusCreated {
		t.Errorf("the first one: %s", answer.Status)
	}
	w.wantHas("slow=slow")
}

func TestABeginningThatWasLeftLyingMakesRoom(t *testing.T) {
	w := serveDrops(t, Drop{}, nil)
	w.wantAnswer(204, "", "PATCH", "a", "a", "Upload-Offset: 0", "Upload-Length: 2")
	w.wantAnswer(204, "", "PATCH", "b", "b", "Upload-Offset: 0", "Upload-Length: 2")
	w.wantHas("part=b")
}

func TestBeginningsEndWithTheLinkUnlessItCanComeBack(t *testing.T) {
	for token, want := range map[string][]string{"": nil, "given-by-the-user": {"part=a"}} {
		w := serveDrops(t, Drop{Token: token}, nil)
		w.wantAnswer(204, "", "PATCH", "a", "a", "Upload-Offset: 0", "Upload-Length: 2")
		if err := w.site.box.Close(); err != nil {
			t.Fatal(err)
		}
		w.wantHas(want...)
		if token == "" {
			continue
		}
		again := serveDrops(t, Drop{Token: token, Folder: w.inbox}, nil)
		again.wantAnswer(201, "", "PATCH", "a", "b", "Upload-Offset: 1", "Upload-Length: 2")
		again.wantHas("a=ab")
	}
}

func TestADropNeedsItsFolder(t *testing.T) {
	_, err := New(Config{Root: t.TempDir(), Drop: &Drop{Folder: filepath.Join(t.TempDir(), "missing")}})
	if !errors.Is(err, os.ErrNotExist) && (err == nil || !strings.Contains(err.Error(), "cannot take files into")) {
		t.Errorf("New: %v", err)
	}
}

func TestAFileWithoutSecondNamesOverwritesNothingEither(t *testing.T) {
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for name, text := range map[string]string{"part": "new", "taken": "old"} {
		if err := root.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := replaceHeld(root, "part", "taken"); !errors.Is(err, os.ErrExist) {
		t.Errorf("onto a name that is taken: %v", err)
	}
	if err := replaceHeld(root, "part", "free"); err != nil {
		t.Errorf("onto a name that is free: %v", err)
	}
	for name, want := range map[string]string{"taken": "old", "free": "new"} {
		if got, err := root.ReadFile(name); err != nil || string(got) != want {
			t.Errorf("%s has %q, %v; want %q", name, got, err, want)
		}
	}
}

func FuzzParseStretch(f *testing.F) {
	for _, s := range []struct {
		method, span, offset, length string
		body                         int64
	}{
		{"PUT", "", "", "", 5}, {"PUT", "bytes 0-4/5", "", "", 5}, {"PUT", "bytes 5-4/5", "", "", -1}, {"PATCH", "", "5", "10", 5},
		{"PATCH", "", "-5", "10", 5}, {"PATCH", "", "9223372036854775807", "9223372036854775807", 1}, {"PUT", "bytes 0-9223372036854775807/9", "", "", 1},
		{"PATCH", "bytes */5", "", "", 0}, {"PATCH", "", "5", "6", 9223372036854775807},
	} {
		f.Add(s.method, s.span, s.offset, s.length, s.body)
	}
	f.Fuzz(func(t *testing.T, method, span, offset, length string, body int64) {
		h := http.Header{}
		for name, value := range map[string]string{"Content-Range": span, "Upload-Offset": offset, "Upload-Length": length} {
			if value != "" {
				h.Set(name, value)
			}
		}
		st, err := parseStretch(method, h, body)
		if err != nil {
			return
		}
		if st.offset < 0 || st.total < -1 || st.total >= 0 && st.offset > st.total || st.fresh && st.offset != 0 ||
			st.total >= 0 && !st.fresh && body > st.total-st.offset {
			t.Fatalf("%s %q %q %q %d was understood as %+v", method, span, offset, length, body, st)
		}
	})
}
