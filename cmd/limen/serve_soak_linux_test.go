package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A draft is a file in one version: a line that says which, again and again.
// Whoever has lines of two, or fewer than the first says, has a torn one.
func draft(version, lines int) []byte {
	return bytes.Repeat(fmt.Appendf(nil, "version %08d of %06d lines\n", version, lines), lines)
}

// versionOf says whether a body is all of one version, or the beginning of one:
// that is a file which was not written to its end when it was read. Anything
// else is torn.
func versionOf(body []byte) (whole, beginning bool) {
	var version, lines int
	if _, err := fmt.Sscanf(string(body[:min(len(body), 80)]), "version %d of %d lines", &version, &lines); err != nil {
		return false, len(body) < 40 && bytes.HasPrefix([]byte("version "), body[:min(len(body), 8)])
	}
	all := draft(version, lines)
	return bytes.Equal(body, all), bytes.HasPrefix(all, body)
}

// changes are ways in which programs write files, most of them bad ones.
var changes = []func(name string, text []byte) error{
	func(name string, text []byte) error { return os.WriteFile(name, text, 0o644) }, // truncates, then writes
	func(name string, text []byte) error { // replaces, as careful editors do
		return errors.Join(os.WriteFile(name+"~", text, 0o644), os.Rename(name+"~", name))
	},
	func(name string, text []byte) error { // deletes, then makes anew
		return errors.Join(os.Remove(name), os.WriteFile(name, text, 0o644))
	},
}

// How much the soak asks for; an answer is one or none of it.
const (
	soakRequests = 20_000
	soakClients  = 8
)

func TestNoAnswerIsTornWhileFilesChange(t *testing.T) {
	folder := t.TempDir()
	sizes := map[string]int{"tiny.txt": 3, "small.txt": 400, "large.txt": 9_000} // the last one is 250 KB
	for name, lines := range sizes {
		write(t, filepath.Join(folder, name), string(draft(0, lines)))
	}
	site := serveFolder(t, folder, "--quiet")
	before := descriptors(t, site.process.Pid)

	var writers, clients sync.WaitGroup
	stop := make(chan struct{})
	for name, lines := range sizes {
		writers.Go(func() {
			r := rand.New(rand.NewPCG(uint64(lines), 8))
			for version := 1; ; version++ {
				select {
				case <-stop:
					return
				case <-time.After(time.Duration(r.IntN(40)) * time.Millisecond):
				}
				text := draft(version, lines)
				if err := changes[r.IntN(len(changes))](filepath.Join(folder, name), text); err != nil {
					t.Errorf("changing %s: %v", name, err)
					return
				}
			}
		})
	}
	var asked, whole, early, cut, missing atomic.Int64
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: soakClients}}
	for range soakClients {
		clients.Go(func() {
			for asked.Add(1) <= soakRequests {
				for name := range sizes { // in an order that is another each time
					switch status, body, err := get(client, "http://"+site.address+"/"+name); {
					case err != nil:
						cut.Add(1)
					case status == http.StatusNotFound, status == http.StatusServiceUnavailable:
						missing.Add(1)
					default:
						isWhole, isBeginning := versionOf(body)
						switch {
						case isWhole:
							whole.Add(1)
						case isBeginning:
							early.Add(1)
						default:
							t.Errorf("%s: status %d, %d bytes that begin with %q", name, status, len(body), body[:min(len(body), 80)])
							return
						}
					}
					break
				}
			}
		})
	}
	clients.Wait()
	close(stop)
	writers.Wait()
	t.Logf("%d whole, %d not yet written to their end, %d cut, %d not there at the moment", whole.Load(), early.Load(), cut.Load(), missing.Load())
	if whole.Load() < soakRequests/2 {
		t.Errorf("only %d of %d answers were whole", whole.Load(), soakRequests)
	}
	client.CloseIdleConnections()
	eventually(t, "the server has as few descriptors as before", func() bool { return descriptors(t, site.process.Pid) <= before })
}

func get(c *http.Client, url string) (status int, body []byte, err error) {
	answer, err := c.Get(url)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	body, err = io.ReadAll(answer.Body)
	return answer.StatusCode, body, err
}

// descriptors counts what a process has open.
func descriptors(t testing.TB, pid int) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/" + strconv.Itoa(pid) + "/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}
