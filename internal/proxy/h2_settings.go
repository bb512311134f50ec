package proxy

import (
	"encoding/binary"

	"golang.org/x/net/http2"
)

// h2Settings are the client's settings that mean something to a server (RFC 9113,
// section 6.5.2), and what each does. The lock is held. Left out are
// SETTINGS_MAX_CONCURRENT_STREAMS, since we push nothing; SETTINGS_MAX_FRAME_SIZE
// beyond its check, since we send no longer frames than all have to take; and
// SETTINGS_MAX_HEADER_LIST_SIZE, since an upstream's head cannot be made shorter.
var h2Settings = map[http2.SettingID]func(*h2Conn, uint32) error{
	http2.SettingHeaderTableSize:   (*h2Conn).setTable,
	http2.SettingEnablePush:        (*h2Conn).setPush,
	http2.SettingInitialWindowSize: (*h2Conn).setWindow,
	http2.SettingMaxFrameSize:      (*h2Conn).setFrameSize,
}

// takeSettings takes SETTINGS, in their order, and says so (RFC 9113, section 6.5.3).
func (c *h2Conn) takeSettings(f h2Frame) error {
	isAck := f.flags&h2Ack != 0
	switch {
	case f.stream != 0:
		return h2Breach(h2Protocol, "SETTINGS on a stream")
	case isAck && len(f.payload) > 0, len(f.payload)%6 != 0:
		return h2Breach(h2BadSize, "SETTINGS of a length that they cannot have")
	case isAck:
		return c.errand()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for p := f.payload; len(p) > 0; p = p[6:] {
		set, known := h2Settings[http2.SettingID(binary.BigEndian.Uint16(p))]
		if !known {
			continue // as section 6.5.2 asks
		}
		if err := set(c, binary.BigEndian.Uint32(p[2:])); err != nil {
			return err
		}
	}
	c.out = appendH2Head(c.spare(), http2.FrameSettings, h2Ack, 0, 0)
	c.wake()
	return c.replied()
}

// setTable takes the size of the client's table of fields. We use none, and if it has
// become smaller than it was at first, have to say so (RFC 7541, section 4.2).
func (c *h2Conn) setTable(size uint32) error {
	if size < 4096 && !c.hasShrunk {
		c.mustShrink, c.hasShrunk = true, true
	}
	return nil
}

func (c *h2Conn) setPush(v uint32) error {
	if v > 1 {
		return h2Breach(h2Protocol, "SETTINGS_ENABLE_PUSH that is neither 0 nor 1")
	}
	return nil
}

// setWindow changes the windows of all streams by the difference (RFC 9113, section
// 6.9.2).
func (c *h2Conn) setWindow(size uint32) error {
	if size > h2MaxWindow {
		return h2Breach(h2FlowControl, "SETTINGS_INITIAL_WINDOW_SIZE that is too large")
	}
	change := int64(size) - c.initial
	c.initial = int64(size)
	for _, s := range c.streams {
		if !s.widen(change) {
			return h2Breach(h2FlowControl, "SETTINGS_INITIAL_WINDOW_SIZE makes a window too large")
		}
	}
	return nil
}

func (c *h2Conn) setFrameSize(size uint32) error {
	if size < 1<<14 || size > 1<<24-1 {
		return h2Breach(h2Protocol, "SETTINGS_MAX_FRAME_SIZE out of its range")
	}
	return nil
}
