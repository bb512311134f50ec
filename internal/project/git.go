package project

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
)

// A repository is what a .git says of the work tree it stands in.
type repository struct {
	branch   string // or the first digits of the commit; empty if neither can be read
	worktree string // the name of a linked work tree; empty in the main one
}

// readRepository reads the .git at path: a directory, or a file that leads to
// one, as in linked work trees and submodules (gitrepository-layout(5)). It
// returns nil if path is neither.
func readRepository(path string) *repository {
	info, err := os.Stat(path) // followed, because some tools keep .git behind a link
	switch {
	case err != nil:
		return nil
	case info.IsDir():
		if _, err := os.Lstat(filepath.Join(path, "HEAD")); os.IsNotExist(err) {
			return nil // as git sees it too: every repository has a HEAD
		}
		return &repository{branch: readBranch(path)}
	}
	data, err := readFile(path)
	if err != nil {
		return nil
	}
	dir, ok := parseGitFile(data)
	if !ok {
		return nil
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(filepath.Dir(path), dir)
	}
	return &repository{branch: readBranch(dir), worktree: linkedWorktree(dir)}
}

// linkedWorktree returns the name of the linked work tree whose git directory
// is dir, or nothing if dir is that of a submodule. Git keeps the first kind
// in worktrees/NAME and the second in modules/NAME.
func linkedWorktree(dir string) string {
	if filepath.Base(filepath.Dir(dir)) != "worktrees" {
		return ""
	}
	// A submodule may be called worktrees/x, but only a linked work tree
	// shares its repository and says where. One that is gone says nothing.
	_, err := os.Lstat(filepath.Join(dir, "commondir"))
	if _, gone := os.Lstat(dir); err != nil && gone == nil {
		return ""
	}
	return oneLine(filepath.Base(dir))
}

// readBranch returns what is checked out in the git directory dir: a branch,
// also while it is rebased, or the first digits of a commit.
func readBranch(dir string) string {
	head, err := readFile(filepath.Join(dir, "HEAD"))
	if err != nil {
		return ""
	}
	branch, detached := parseHEAD(head)
	if !detached {
		return branch
	}
	// Git detaches HEAD for the time of a rebase and keeps the branch in one
	// of these, for the two ways in which it rebases.
	for _, file := range []string{"rebase-merge/head-name", "rebase-apply/head-name"} {
		data, err := readFile(filepath.Join(dir, filepath.FromSlash(file)))
		if name, ok := strings.CutPrefix(string(data), "refs/heads/"); err == nil && ok {
			return oneLine(name)
		}
	}
	return branch
}

// parseHEAD reads a HEAD: "ref: refs/heads/BRANCH", or a commit, of which it
// returns the first twelve digits. It returns nothing for what is neither.
func parseHEAD(data []byte) (branch string, detached bool) {
	text := strings.TrimSpace(string(data))
	if ref, ok := strings.CutPrefix(text, "ref:"); ok {
		branch, _ = strings.CutPrefix(strings.TrimSpace(ref), "refs/heads/")
		if branch == ".invalid" {
			return "", false // the true HEAD is in a reftable (gitformat-reftable, "Layout")
		}
		return oneLine(branch), false
	}
	// A commit is a SHA-1 or a SHA-256.
	if _, err := hex.DecodeString(text); err != nil || len(text) != 40 && len(text) != 64 {
		return "", false
	}
	return oneLine(text[:12]), true
}

// parseGitFile reads a .git that is a file: "gitdir: PATH".
func parseGitFile(data []byte) (dir string, ok bool) {
	text, ok := strings.CutPrefix(string(data), "gitdir:")
	dir = filepath.FromSlash(strings.TrimSpace(text))
	if !ok || dir == "" || strings.ContainsAny(dir, "\x00\n\r") {
		return "", false
	}
	if strings.HasPrefix(filepath.ToSlash(dir), "//") {
		// On Windows this names another machine, and opening it would send
		// the user's credentials there. Git writes no such path elsewhere.
		return "", false
	}
	return dir, true
}
