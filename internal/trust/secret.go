package trust

import (
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/limenhq/limen"
)

// mostSecret is more than a key and a certificate ever have.
const mostSecret = 64 << 10

// readSecret reads a file that only its owner may read, and refuses any other:
// whoever has the key can be every site of this user.
func readSecret(file string) ([]byte, error) {
	if info, err := os.Lstat(file); err != nil {
		return nil, err
	} else if err := refuseSecret(file, info); err != nil {
		return nil, err
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat() // of the very file that is read: the name may stand for another by now
	if err != nil {
		return nil, err
	}
	if err := refuseSecret(file, info); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, mostSecret+1))
	if err == nil && len(text) > mostSecret {
		err = unusable(file, fmt.Errorf("it is damaged: it has more than %d bytes", mostSecret))
	}
	return text, err
}

func refuseSecret(file string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return unusable(file, fmt.Errorf("it is %v, and no file", info.Mode()))
	}
	if why, next := exposed(file, info); why != "" {
		return &limen.Error{Kind: limen.Denied, What: "cannot use the local authority in " + file, Why: why, Next: next}
	}
	return nil
}
