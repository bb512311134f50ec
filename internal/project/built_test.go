package project

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/limenhq/limen"
)

// buildGo builds the Go program in dir, which may use a stand-in for Gin that
// lies in its directory gin.
func buildGo(t *testing.T, dir, out string) {
	t.Helper()
	path, err := exec.LookPath("go")
	if err != nil {
		t.Skip("the go command is not installed")
	}
	cmd := exec.CommandContext(t.Context(), path, "build", "-o", out, ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=-mod=mod", "GOWORK=off", "GOSUMDB=off", "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, text)
	}
}

func TestAGoProgramSaysItselfWhatItWasBuiltWith(t *testing.T) {
	root := tree(t,
		"go.mod", "module example.com/api\n\ngo 1.26\n\nrequire github.com/gin-gonic/gin v1.10.0\n\nreplace github.com/gin-gonic/gin => ./gin\n",
		"main.go", "package main\n\nimport \"github.com/gin-gonic/gin\"\n\nfunc main() { gin.Run() }\n",
		"gin/go.mod", "module github.com/gin-gonic/gin\n",
		"gin/gin.go", "package gin\n\nfunc Run() {}\n",
		"plain/main.go", "package main\n\nfunc main() {}\n")
	api, plain := filepath.Join(root, "api"), filepath.Join(root, "plain.bin")
	buildGo(t, root, api)
	buildGo(t, filepath.Join(root, "plain"), plain)

	const evidence = "github.com/gin-gonic/gin v1.10.0 in the program's build information"
	for _, c := range []struct {
		claim    string
		process  limen.Process
		evidence string
	}{
		{"built in its project", limen.Process{Executable: api, Command: []string{"./api"}, Directory: root}, evidence},
		{"required, but not built into this one", limen.Process{Executable: plain, Directory: root}, ""},
		{"replaced on disk", limen.Process{Executable: api, Directory: root, Deleted: true}, ""},
		{"in no project", limen.Process{Executable: api, Directory: filepath.Dir(root)}, ""},
		{"gone", limen.Process{Executable: api + "-gone", Directory: root}, ""},
	} {
		got := ""
		if fw := (&Finder{Home: filepath.Dir(root)}).Framework(c.process); fw != nil {
			got = fw.Evidence
		}
		if got != c.evidence {
			t.Errorf("%s: evidence %q, want %q", c.claim, got, c.evidence)
		}
	}
}

func TestADotNETProgramSaysItInItsRuntimeConfiguration(t *testing.T) {
	root := tree(t,
		"Shop.csproj", "", ".git/HEAD", onMain, "bin/App", "", "bin/App.dll", "",
		"bin/App.runtimeconfig.json", `{"runtimeOptions":{"frameworks":[{"name":"Microsoft.NETCore.App","version":"9.0.0"},{"name":"Microsoft.AspNetCore.App","version":"9.0.0"}]}}`,
		"bin/Tool.dll", "",
		"bin/Tool.runtimeconfig.json", `{"runtimeOptions":{"framework":{"name":"Microsoft.NETCore.App","version":"9.0.0"}}}`)
	const evidence = "Microsoft.AspNetCore.App 9.0.0 in App.runtimeconfig.json"
	for _, c := range []struct {
		process  limen.Process
		evidence string
	}{
		{commandLine("/usr/bin/dotnet", "dotnet", "bin/App.dll"), evidence},
		{commandLine("/usr/bin/dotnet", "dotnet", "exec", filepath.Join(root, "bin", "App.dll")), evidence},
		{commandLine(filepath.Join(root, "bin", "App"), "bin/App"), evidence},
		{commandLine("/usr/bin/dotnet", "dotnet", "bin/Tool.dll"), ""},
		{commandLine("/usr/bin/dotnet", "dotnet", "build"), ""},
	} {
		c.process.Directory = root
		got := ""
		if fw := new(Finder).Framework(c.process); fw != nil {
			got = fw.Evidence
		}
		if got != c.evidence {
			t.Errorf("%q: evidence %q, want %q", c.process.Command, got, c.evidence)
		}
	}
}

// BenchmarkReadProgram opens programs of this machine: what a look at one that
// was built in its project costs, once.
func BenchmarkReadProgram(b *testing.B) {
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	for _, file := range []string{self, "/usr/bin/git"} {
		b.Run(filepath.Base(file), func(b *testing.B) {
			for b.Loop() {
				readProgram(file)
			}
		})
	}
}
