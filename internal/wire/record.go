package wire

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// A record is one line of a feed: an item, or its end. An empty line is none,
// and says only that whoever was asked lives.
type record struct {
	Item  slot     `json:"item"`
	End   bool     `json:"end"`   // it is over
	Error *failure `json:"error"` // it is over, for this reason
}

// A slot is where an item is put.
type slot struct {
	into   any // a pointer
	filled bool
}

// UnmarshalJSON reads the item.
func (s *slot) UnmarshalJSON(text []byte) error {
	s.filled = true
	return json.Unmarshal(text, s.into)
}

// parseRecord reads a line of a feed; its item, if it has one, into item.
func parseRecord(line []byte, item any) (record, error) {
	r := record{Item: slot{into: item}}
	if err := parseText(line, &r); err != nil {
		return record{}, err
	}
	switch {
	case r.Error != nil && r.Error.What == "":
		return record{}, errors.New("it has an error that says nothing")
	case r.Error == nil && !r.End && !r.Item.filled:
		return record{}, fmt.Errorf("%w: a record that is neither an item nor an end", errForeign)
	}
	return r, nil
}

// isItem reports whether a line is the record of an item, without reading it.
func isItem(line []byte) bool { return bytes.HasPrefix(line, []byte(`{"item":`)) }

// itemText writes the record of an item, without the end of its line.
func itemText(item any) ([]byte, error) {
	text, err := json.Marshal(struct {
		Item any `json:"item"`
	}{item})
	if err == nil && len(text) > maxItem {
		err = fmt.Errorf("an item has %d bytes, and %d are the most", len(text), maxItem)
	}
	return text, err
}

// endText writes the record of an end: with an error, unless it is nil.
func endText(f *failure) []byte {
	if f == nil {
		return []byte(`{"end":true}`)
	}
	return slices.Concat([]byte(`{"error":`), f.text(), []byte(`}`))
}

// parseText reads an answer, or what goes beside it. Fields that are not known
// are those of a newer limen, and ignored: JSON only grows.
func parseText(text []byte, into any) error {
	err := json.Unmarshal(text, into)
	if err != nil && json.Valid(text) {
		return fmt.Errorf("%w: %w", errForeign, err)
	}
	return err
}

// readLine returns the next line of at most most bytes, without its end, in buf
// if there is room.
func readLine(r *bufio.Reader, buf []byte, most int) ([]byte, error) {
	buf = buf[:0]
	for {
		part, err := r.ReadSlice('\n')
		if len(buf)+len(part) > most {
			return nil, errTooLong
		}
		buf = append(buf, part...)
		switch {
		case err == nil:
			return bytes.TrimSuffix(buf, []byte{'\n'}), nil
		case errors.Is(err, io.EOF):
			return nil, io.ErrUnexpectedEOF // a line has an end, and a feed a last record
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}
