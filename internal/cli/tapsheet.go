package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/limenhq/limen"
)

// A sheet is the file in which a person edits a request. Nobody else may read it. The
// zero value is none.
type sheet struct{ file string }

// edit has a person's editor change the text of a request. The caller keeps or removes
// what was written.
func edit(ctx context.Context, env Env, id string, text []byte) ([]byte, sheet, error) {
	words, err := editor(env, id)
	if err != nil {
		return nil, sheet{}, err
	}
	f, err := os.CreateTemp("", "limen-"+filepath.Base(id)+"-*.http") // with mode 0600
	if err != nil {
		return nil, sheet{}, err
	}
	s := sheet{f.Name()}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = runEditor(ctx, env, append(words, s.file))
	}
	if err == nil {
		text, err = os.ReadFile(s.file)
	}
	if err != nil {
		return nil, sheet{}, errors.Join(err, s.remove())
	}
	return text, s, nil
}

// remove takes the file away.
func (s sheet) remove() error {
	if s.file == "" {
		return nil
	}
	return os.Remove(s.file)
}

// keep leaves the file to whoever has written it, if what stands there was not sent for
// a reason that can be mended, and says where it is.
func (s sheet) keep(err error) error {
	var why *limen.Error
	if s.file == "" || !errors.As(err, &why) {
		return errors.Join(err, s.remove())
	}
	said := *why
	if said.Next != "" {
		said.Next += "; "
	}
	said.Next += "what was written is still in " + s.file
	return &said
}
