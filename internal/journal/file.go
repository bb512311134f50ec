package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// openRegular opens a file of the journal, and nothing else that has its name:
// a pipe there would make its reader wait for ever.
func openRegular(root *os.Root, name string, flag int) (*os.File, error) {
	f, err := root.OpenFile(name, flag|nonblock, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no file", f.Name())
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// survey reads a file to its end: the number of the record that would come
// next, and where the last one ends. If it has no head, which is said with
// errHead, the lines that it has are counted from 0.
func survey(f io.ReaderAt) (next, end int64, err error) {
	next, end, headErr := headOf(f)
	if headErr != nil && !errors.Is(headErr, errHead) {
		return 0, 0, headErr
	}
	_, err = eachLine(f, end, make([]byte, readAtOnce), func(_ []byte, lineEnd int64) {
		next++
		end = lineEnd
	})
	return next, end, errors.Join(err, headErr)
}

// headOf reads the head of a file: the number of its first record, and where
// that begins.
func headOf(f io.ReaderAt) (first, end int64, err error) {
	buf := make([]byte, headMost+1)
	n, err := f.ReadAt(buf, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, 0, err
	}
	i := bytes.IndexByte(buf[:n], '\n')
	if i < 0 {
		return 0, 0, errHead
	}
	if first, err = parseHead(buf[:i]); err != nil {
		return 0, 0, err
	}
	return first, int64(i) + 1, nil
}

// readAtOnce holds two of the longest records.
const readAtOnce = 2 * (longest + headSize + 1)

// eachLine gives every whole line of a file from an offset on, without its end,
// and where it ends. It returns from where to read on when there is more. A
// line that is longer than the buffer is no record; its end alone is given.
func eachLine(f io.ReaderAt, off int64, buf []byte, give func(line []byte, end int64)) (int64, error) {
	for {
		n, err := f.ReadAt(buf, off)
		rest := buf[:n]
		for {
			i := bytes.IndexByte(rest, '\n')
			if i < 0 {
				break
			}
			off += int64(i) + 1
			give(rest[:i], off)
			rest = rest[i+1:]
		}
		if len(rest) == len(buf) {
			off += int64(len(rest))
		}
		switch {
		case errors.Is(err, io.EOF):
			return off, nil
		case err != nil:
			return off, err
		}
	}
}
