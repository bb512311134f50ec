package tap

import (
	"bytes"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// Batches made anew after each short pause would be garbage, and the heap would grow.
func TestABurstsBatchesStayForASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, t.TempDir(), Config{})
		defer end(t, p)
		body := bytes.Repeat([]byte("x"), bodyMost)
		k := p.Begin(time.Now(), way, []byte(asked))
		k.Answered(time.Now(), fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", len(body)))
		k.Content(body)
		k.End(time.Now(), "")
		for _, row := range []struct {
			after time.Duration
			isAll bool
		}{{2 * patience, true}, {time.Second / 2, true}, {time.Second, false}} {
			<-time.After(row.after)
			synctest.Wait()
			p.mu.Lock()
			made, free := p.spool.made, len(p.spool.spare)
			p.mu.Unlock()
			if made != free || row.isAll != (made > 2) || !row.isAll && made != 1 {
				t.Errorf("%v later %d are there, %d of them free", row.after, made, free)
			}
		}
	})
}
