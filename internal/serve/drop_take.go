package serve

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/limenhq/limen"
)

// dropMethods are those that a file at a drop link answers.
var dropMethods = []string{http.MethodHead, http.MethodPut, http.MethodPatch}

// takeFile answers whoever sends a file, or asks how much of it has come.
func (s *Site) takeFile(w http.ResponseWriter, r *http.Request, name string) {
	switch {
	case r.Method == http.MethodHead:
		tellOffset(w, partSize(s.box.root, s.box.partName(name, r.Header.Get("Upload-Key"))))
		return
	case !slices.Contains(dropMethods, r.Method):
		refuseMethod(w, dropMethods)
		return
	}
	st, err := parseStretch(r.Method, r.Header, r.ContentLength)
	switch {
	case err != nil:
		refuseBody(w, http.StatusBadRequest, err.Error(), "")
		return
	case st.total > s.box.most:
		s.refuseLarge(w)
		return
	}
	p, err := s.box.take(name, r.Header.Get("Upload-Key"))
	if err != nil {
		w.Header().Set("Retry-After", "5")
		refuseBody(w, http.StatusConflict, err.Error(), "wait for what is being sent to end")
		return
	}
	defer s.box.release(p)
	s.takePart(w, r, p, st)
}

// takePart receives what a request brings of a file.
func (s *Site) takePart(w http.ResponseWriter, r *http.Request, p *part, st stretch) {
	file, size, err := openPart(s.box.root, p.file)
	if err != nil {
		s.refuseDisk(w, p, err)
		return
	}
	defer file.Close()
	switch {
	case st.fresh:
		size, err = 0, rewind(file)
	case st.offset != size:
		tellOffsetIn(w, size)
		refuseBody(w, http.StatusConflict, fmt.Sprintf("of this file %d bytes have come", size), fmt.Sprintf("send it from there: Upload-Offset: %d", size))
		return
	}
	var n int64
	if err == nil {
		body := &awaited{r: r.Body, control: http.NewResponseController(w)}
		n, err = s.receive(file, body, size, st)
		body.stop()
	}
	err = errors.Join(err, file.Sync())
	size += n
	switch {
	case errors.Is(err, errTooLarge):
		file.Truncate(0) // it cannot become whole
		s.refuseLarge(w)
	case errors.Is(err, errLength):
		refuseBody(w, http.StatusBadRequest, err.Error(), "")
	case errors.Is(err, errGone):
		tellOffsetIn(w, size)
		refuseBody(w, http.StatusRequestTimeout, "the file stopped coming", fmt.Sprintf("send the rest: Upload-Offset: %d", size))
	case err != nil:
		s.refuseDisk(w, p, err)
	case st.total >= 0 && size < st.total:
		tellOffset(w, size)
	default:
		s.complete(w, p, file, size)
	}
}

// rewind empties a file.
func rewind(file *os.File) error {
	_, err := file.Seek(0, io.SeekStart)
	return errors.Join(err, file.Truncate(0))
}

// Why a body was not taken as a whole.
var (
	errTooLarge = errors.New("the file is larger than may come")
	errGone     = errors.New("who sent the file is gone")
)

// receive adds what a request brings to a file, and says how much it was.
func (s *Site) receive(file *os.File, body *awaited, size int64, st stretch) (int64, error) {
	room := s.box.most - size
	if st.total >= 0 {
		room = st.total - size
	}
	n, err := io.Copy(file, io.LimitReader(body, room))
	switch {
	case body.failed != nil:
		return n, errGone
	case err != nil:
		return n, err
	case n < room || !body.hasMore():
		return n, nil
	case st.total >= 0:
		return n, errLength
	}
	return n, errTooLarge
}

// complete gives a whole file its name, and says so to both sides.
func (s *Site) complete(w http.ResponseWriter, p *part, file *os.File, size int64) {
	if err := file.Close(); err != nil {
		s.refuseDisk(w, p, err)
		return
	}
	name, err := s.box.done(p)
	switch {
	case errors.Is(err, errMany):
		s.box.root.Remove(p.file)
		refuse(w, http.StatusGone, "this link is not good any more: all files that it was good for have come", "ask for a new one")
		return
	case err != nil:
		s.refuseDisk(w, p, err)
		return
	}
	s.notice(limen.Notice{What: fmt.Sprintf("%q has come by the drop link", name), Why: sizeText(size)})
	text := "came as " + name + "\n"
	tellOffsetIn(w, size)
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(http.StatusCreated)
	io.WriteString(w, text) // who does not read it is gone
}

// tellOffset says how much of a file has come, and nothing else.
func tellOffset(w http.ResponseWriter, size int64) {
	tellOffsetIn(w, size)
	w.WriteHeader(http.StatusNoContent)
}

func tellOffsetIn(w http.ResponseWriter, size int64) {
	w.Header().Set("Upload-Offset", strconv.FormatInt(size, 10))
}

// refuseBody refuses a request whose body was not read to its end: what is
// left of it would be taken for the next request.
func refuseBody(w http.ResponseWriter, status int, why, next string) {
	w.Header().Set("Connection", "close")
	refuse(w, status, why, next)
}

func (s *Site) refuseLarge(w http.ResponseWriter) {
	refuseBody(w, http.StatusRequestEntityTooLarge, "files of up to "+sizeText(s.box.most)+" are taken", "")
}

// refuseDisk says why a file cannot be kept, to both sides. What has come of it
// can be continued.
func (s *Site) refuseDisk(w http.ResponseWriter, p *part, err error) {
	kept := partSize(s.box.root, p.file)
	tellOffsetIn(w, kept)
	if !slices.ContainsFunc(full, func(target error) bool { return errors.Is(err, target) }) {
		s.notice(limen.Notice{What: fmt.Sprintf("cannot keep %q, which came by the drop link", p.name), Why: err.Error()})
		refuseBody(w, http.StatusInternalServerError, "the file cannot be kept", "whoever gave you the link sees why")
		return
	}
	s.notice(limen.Notice{
		What: fmt.Sprintf("the disk is full, and only %s of %q have come by the drop link", sizeText(kept), p.name),
		Next: "make room; whoever sends it can go on where it stopped",
	})
	refuseBody(w, http.StatusInsufficientStorage, fmt.Sprintf("the disk is full; %d bytes have come and are kept", kept),
		fmt.Sprintf("when there is room, send the rest: Upload-Offset: %d", kept))
}

// patience is how long nothing may come of a file before its sender counts as
// gone. However slow it is otherwise, it may take all the time it needs.
const patience = 2 * time.Minute

// An awaited is the body of a request, of which something must come from time
// to time.
type awaited struct {
	r       io.Reader
	control *http.ResponseController
	failed  error // of reading, so that it is not taken for one of the disk
	timer   *time.Timer
}

func (a *awaited) Read(b []byte) (int, error) {
	if a.timer == nil {
		a.timer = time.AfterFunc(patience, a.giveUp)
	} else {
		a.timer.Reset(patience)
	}
	n, err := a.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		a.failed = err
	}
	return n, err
}

// giveUp lets a read that waits fail.
func (a *awaited) giveUp() { a.control.SetReadDeadline(time.Unix(1, 0)) }

func (a *awaited) stop() {
	if a.timer != nil {
		a.timer.Stop()
	}
}

// hasMore reports whether there is more in the body than was asked for.
func (a *awaited) hasMore() bool {
	var one [1]byte
	n, _ := io.ReadFull(a, one[:])
	return n > 0
}
