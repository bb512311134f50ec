package project

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/limenhq/limen"
)

// git runs the real git in dir, without the user's settings, and returns what
// it printed.
func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := tryGit(t, dir, args...)
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(out)
}

func tryGit(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	path, err := exec.LookPath("git")
	if err != nil {
		t.Skip("git is not installed")
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(),
		"GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_EDITOR=true",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com",
		"GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// newRepository makes a repository with one commit on branch main.
func newRepository(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(tree(t), "shop")
	git(t, filepath.Dir(dir), "-c", "init.defaultBranch=main", "init", "-q", dir)
	commit(t, dir, "first")
	return dir
}

// commit writes text to a file and commits it.
func commit(t *testing.T, dir, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	git(t, dir, "add", "file")
	git(t, dir, "commit", "-q", "-m", text)
}

func mustFind(t *testing.T, dir string) limen.Project {
	t.Helper()
	p := new(Finder).Find(dir)
	if p == nil {
		t.Fatalf("%s belongs to no project", dir)
	}
	return *p
}

func TestFindNamesTheBranchThatGitDoes(t *testing.T) {
	dir := newRepository(t)
	for _, branch := range []string{"main", "feature/x", "ünïcode", "a/b/c/d"} {
		if branch != "main" {
			git(t, dir, "switch", "-q", "-c", branch)
		}
		p := mustFind(t, dir)
		if want := git(t, dir, "branch", "--show-current"); p.Branch != want || p.Worktree != "" || p.Name != "shop" || p.Root != dir {
			t.Errorf("Find = %+v, want branch %q of shop", p, want)
		}
	}
}

func TestFindShortensADetachedCommit(t *testing.T) {
	dir := newRepository(t)
	git(t, dir, "switch", "-q", "--detach")
	if p, want := mustFind(t, dir), git(t, dir, "rev-parse", "HEAD")[:12]; p.Branch != want {
		t.Errorf("branch %q, want %q", p.Branch, want)
	}
}

func TestFindNamesTheBranchBeforeItsFirstCommit(t *testing.T) {
	dir := tree(t)
	git(t, dir, "-c", "init.defaultBranch=trunk", "init", "-q")
	if p := mustFind(t, dir); p.Branch != "trunk" {
		t.Errorf("branch %q, want trunk", p.Branch)
	}
}

func TestFindNamesALinkedWorktree(t *testing.T) {
	dir := newRepository(t)
	linked := filepath.Join(filepath.Dir(dir), "elsewhere", "fix-1")
	git(t, dir, "worktree", "add", "-q", "-b", "fix/one", linked)
	p := mustFind(t, linked)
	if p.Branch != "fix/one" || p.Worktree != "fix-1" || p.Root != linked {
		t.Errorf("Find = %+v, want branch fix/one of worktree fix-1", p)
	}
	if p := mustFind(t, dir); p.Branch != "main" || p.Worktree != "" {
		t.Errorf("main work tree: %+v", p)
	}

	if err := os.RemoveAll(filepath.Join(dir, ".git", "worktrees")); err != nil {
		t.Fatal(err)
	}
	if p := mustFind(t, linked); p.Branch != "" || p.Worktree != "fix-1" {
		t.Errorf("a work tree whose repository forgot it: %+v, want no branch", p)
	}
}

func TestASubmoduleIsNoWorktree(t *testing.T) {
	lib, dir := newRepository(t), newRepository(t)
	for _, path := range []string{"lib", "worktrees/lib"} { // the second is stored in modules/worktrees/lib
		git(t, dir, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", lib, path)
		sub := filepath.Join(dir, filepath.FromSlash(path))
		git(t, sub, "switch", "-q", "-c", "patched")
		if p := mustFind(t, sub); p.Branch != "patched" || p.Worktree != "" || p.Root != sub {
			t.Errorf("submodule %s: %+v, want branch patched and no worktree", path, p)
		}
	}
}

func TestFindNamesTheBranchThatIsRebased(t *testing.T) {
	for _, backend := range []string{"--merge", "--apply"} {
		t.Run(backend, func(t *testing.T) {
			dir := newRepository(t)
			git(t, dir, "switch", "-q", "-c", "topic")
			commit(t, dir, "ours")
			git(t, dir, "switch", "-q", "main")
			commit(t, dir, "theirs")
			git(t, dir, "switch", "-q", "topic")
			if out, err := tryGit(t, dir, "rebase", backend, "main"); err == nil {
				t.Fatalf("the rebase did not stop at the conflict:\n%s", out)
			}
			if p := mustFind(t, dir); p.Branch != "topic" {
				t.Errorf("branch %q while topic is rebased", p.Branch)
			}
		})
	}
}

var heads = []struct {
	text, branch string
	detached     bool
}{
	{"ref: refs/heads/main\n", "main", false},
	{"ref:refs/heads/main", "main", false},
	{"ref: refs/heads/feature/x\r\n", "feature/x", false},
	{"ref: refs/remotes/origin/main\n", "refs/remotes/origin/main", false},
	{"ref: refs/heads/.invalid\n", "", false},
	{strings.Repeat("0123456789", 4) + "\n", "012345678901", true},
	{strings.Repeat("89abcdef", 8), "89abcdef89ab", true},
	{"0123456789", "", false},
	{"root:x:0:0", "", false},
	{"", "", false},
}

func TestParseHEAD(t *testing.T) {
	for _, c := range heads {
		if branch, detached := parseHEAD([]byte(c.text)); branch != c.branch || detached != c.detached {
			t.Errorf("parseHEAD(%q) = %q, %v, want %q, %v", c.text, branch, detached, c.branch, c.detached)
		}
	}
}

func FuzzParseHEAD(f *testing.F) {
	for _, c := range heads {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if branch, _ := parseHEAD(data); branch != oneLine(branch) {
			t.Errorf("parseHEAD(%q) = %q, which is not a name", data, branch)
		}
	})
}

var gitFiles = []struct {
	text, dir string
	ok        bool
}{
	{"gitdir: /a/.git/worktrees/b\n", "/a/.git/worktrees/b", true},
	{"gitdir: ../.git/modules/lib\n", "../.git/modules/lib", true},
	{"gitdir: /with space /x", "/with space /x", true},
	{"gitdir: \n", "", false},
	{"gitdir: /a\n/b\n", "", false},
	{"gitdir: //server/share", "", false},
	{"/a/.git", "", false},
	{"", "", false},
}

func TestParseGitFile(t *testing.T) {
	for _, c := range gitFiles {
		if dir, ok := parseGitFile([]byte(c.text)); filepath.ToSlash(dir) != c.dir || ok != c.ok {
			t.Errorf("parseGitFile(%q) = %q, %v, want %q, %v", c.text, dir, ok, c.dir, c.ok)
		}
	}
}

func FuzzParseGitFile(f *testing.F) {
	for _, c := range gitFiles {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if dir, ok := parseGitFile(data); ok == (dir == "") || strings.ContainsAny(dir, "\x00\n") {
			t.Errorf("parseGitFile(%q) = %q, %v", data, dir, ok)
		}
	})
}
