package process

import (
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// User returns the user with the number uid. Its name is that of passwd(5)
// and empty if it has none there; users that only a directory service knows
// are not asked for, because a network would have to answer.
func (r *Reader) User(uid uint32) *limen.User {
	r.usersOnce.Do(func() {
		file := r.Passwd
		if file == "" {
			file = "/etc/passwd"
		}
		r.users = readUsers(file)
	})
	return &limen.User{UID: int64(uid), Name: r.users[uid]}
}

// readUsers reads the names of all users. What cannot be read has no names:
// the numbers still tell users apart.
func readUsers(file string) map[uint32]string {
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	b, _ := io.ReadAll(io.LimitReader(f, 4<<20)) // fifty thousand users
	return parsePasswd(string(b))
}

// parsePasswd reads name:password:uid:gid:gecos:directory:shell. Lines of any
// other shape are skipped, those that include a directory service among them.
// The first name of a number counts, as it does for getpwuid(3).
func parsePasswd(s string) map[uint32]string {
	users := make(map[uint32]string)
	for line := range strings.Lines(s) {
		fields := strings.Split(strings.TrimRight(line, "\r\n"), ":")
		if len(fields) != 7 || fields[0] == "" || strings.HasPrefix(fields[0], "#") {
			continue
		}
		uid, err := strconv.ParseUint(fields[2], 10, 32)
		if err != nil {
			continue
		}
		if _, taken := users[uint32(uid)]; !taken {
			users[uint32(uid)] = fields[0]
		}
	}
	return users
}
