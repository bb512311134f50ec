package proxy

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
)

// What is recorded of requests that did not come to their end, and of answers.
const (
	faultGone   = "the client went away"
	faultBroken = "the answer broke off"
	faultTunnel = "the connection broke off"
)

// A blamed is a writer of answers that wants to know why what it is given is not what
// an upstream has answered, or not all of it.
type blamed interface{ blame(fault string) }

// blame tells the writer that another one leads to, if there is one that wants to know.
func blame(w http.ResponseWriter, fault string) {
	for {
		switch v := w.(type) {
		case blamed:
			v.blame(fault)
			return
		case interface{ Unwrap() http.ResponseWriter }:
			w = v.Unwrap()
		default:
			return
		}
	}
}

// blame notes why.
func (c *capture) blame(fault string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fault = fault
}

// refused hears that a request was broken off because of its body, which has an error
// of the client. Who reads HTTP/1.1 has told that by then, where it could.
func (c *capture) refused(err error) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fault = whyUnasked(err)
	var why breach
	if errors.As(err, &why) && c.to != nil && !c.hasBegun {
		c.hasBegun = true
		recordRejection(c.to, c.now(), why)
	}
}

// brokenOff is the fault of an answer whose body ends with an error.
func brokenOff(err error) string {
	var why breach
	switch {
	case errors.As(err, &why):
		return faultBroken + ": " + why.Error()
	case errors.Is(err, io.ErrShortWrite):
		return faultGone // it took no more
	}
	return faultBroken // that a connection has ended is all that any other says
}

// whyUnasked is the fault of a request whose body ends with an error of the client.
func whyUnasked(err error) string {
	var why breach
	if errors.As(err, &why) {
		return why.Error()
	}
	if errors.Is(err, errMistake) {
		return faultBroken
	}
	var two *h2Error
	if errors.As(err, &two) {
		return two.why
	}
	return faultGone
}

// reasonOf is what an error says, without the addresses that package net puts before
// it.
func reasonOf(err error) string {
	var op *net.OpError
	if !errors.As(err, &op) {
		return err.Error()
	}
	var call *os.SyscallError
	if errors.As(op.Err, &call) {
		return call.Err.Error()
	}
	return op.Err.Error()
}
