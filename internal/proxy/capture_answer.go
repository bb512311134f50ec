package proxy

import (
	"net/http"
	"strconv"
	"strings"
)

// WriteHeader hears the head of the answer.
func (c *capture) WriteHeader(status int) {
	if status >= 200 {
		c.hearAnswer(status, nil)
	}
	c.ResponseWriter.WriteHeader(status)
}

// Write hears a part of the answer's body. What is heard may be more than the
// client gets, and never less.
func (c *capture) Write(part []byte) (int, error) {
	c.hearAnswer(http.StatusOK, part)
	n, err := c.ResponseWriter.Write(part)
	c.miss(err)
	return n, err
}

// hearAnswer hears a part of an answer, which begins with it if it has not begun.
func (c *capture) hearAnswer(status int, part []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.begin(status)
	if c.to != nil && len(part) > 0 {
		c.content.pass(c.to.Content, part)
	}
}

// FlushError sends what there is. http.ResponseController asks for it.
func (c *capture) FlushError() error {
	c.hearAnswer(http.StatusOK, nil)
	err := http.NewResponseController(c.ResponseWriter).Flush()
	c.miss(err)
	return err
}

// Unwrap lets http.ResponseController find all else.
func (c *capture) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// miss notes that the client does not take its answer.
func (c *capture) miss(err error) {
	if err != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.isGone = true
	}
}

// begin hears of the head that the answer has now, the first time. It is called
// with the lock held.
func (c *capture) begin(status int) {
	if c.hasBegun || c.to == nil {
		return
	}
	c.hasBegun = true
	h := c.Header()
	hasBody := c.r.Method != http.MethodHead && status != http.StatusNoContent && status != http.StatusNotModified
	c.content.isChunked = hasBody && len(h["Content-Length"]) == 0 && c.r.ProtoAtLeast(1, 1) && !(isExtended(c.r) && status < 300)
	c.content.isNone = !hasBody
	head := answerHead(c.r.Proto, status, h, "Transfer-Encoding")
	if c.content.isChunked {
		head += chunkedField
	}
	c.to.Answered(c.now(), []byte(head+"\r\n"))
}

// answered hears the head of an answer that is written past the writer.
func (c *capture) answered(head []byte) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.to != nil && !c.hasBegun {
		c.hasBegun = true
		c.to.Answered(c.now(), head)
	}
}

// answerHead writes the head of an answer, but for the empty line at its end.
func answerHead(proto string, status int, fields http.Header, but ...string) string {
	var head strings.Builder
	head.WriteString(proto + " " + strconv.Itoa(status) + " " + http.StatusText(status) + "\r\n")
	writeFields(&head, fields, but...)
	return head.String()
}
