package journal

import (
	"testing"

	"github.com/limenhq/limen"
)

func TestALineSaysItsLevel(t *testing.T) {
	for line, want := range map[string]limen.Level{
		`{"level":30,"time":1531171074631,"msg":"hello"}`:  limen.LevelInfo,
		`{"level" : 50, "msg":"spaced"}`:                   limen.LevelError,
		`{"level":60}`:                                     limen.LevelError,
		`{"time":"x","severity": "WARNING","message":"m"}`: limen.LevelWarn,
		`{"msg":"the \"level\": 50 was odd","level":30}`:   limen.LevelInfo,
		`{"a":{"level":"error"},"level":"debug"}`:          limen.LevelDebug,
		`{"level":`:                                          0,
		`{"level":"erro`:                                     0,
		`ts=2026 level=error msg="no"`:                       limen.LevelError,
		`E0102 15:04:05.000000 1 main.go:1] broken`:          limen.LevelError,
		"<3>disk":                                            limen.LevelError,
		"<165>1 2026 host app -":                             limen.LevelInfo,
		"<192>none":                                          0,
		"[WARN] slow":                                        limen.LevelWarn,
		"\x1b[31mERROR\x1b[0m: gone":                         limen.LevelError,
		"2026-11-21 10:00:00,000 - root - DEBUG - x":         limen.LevelDebug,
		"2026-01-01 10:00:00.000 UTC [123] LOG:  ready":      limen.LevelInfo,
		"2026-01-01 10:00:00.000 UTC [123] FATAL:  no":       limen.LevelError,
		"INFO:     Uvicorn running":                          limen.LevelInfo,
		"I, [2026-11-21T10:00:00.1 #12]  INFO -- : Puma":     limen.LevelInfo,
		"TypeError: x is not a function":                     limen.LevelError,
		"Uncaught ReferenceError: y is not defined":          limen.LevelError,
		"Caused by: java.io.IOException: closed":             limen.LevelError,
		"Traceback (most recent call last):":                 limen.LevelError,
		"panic: runtime error: index out of range":           limen.LevelError,
		"error[E0425]: cannot find value `x`":                limen.LevelError,
		"warning[E0001]: odd":                                limen.LevelWarn,
		"src/a.ts(1,2): error TS2304: Cannot find name 'x'.": limen.LevelError,
		"a.cs(3,4): warning CS0168: never used":              limen.LevelWarn,
		"main.c:3:1: warning: unused variable":               limen.LevelWarn,
		"npm error code ENOENT":                              limen.LevelError,
		"npm ERR! code ENOENT":                               limen.LevelError,
		"npm warn deprecated x":                              limen.LevelWarn,
		"found 0 error, 2 warnings":                          0,
		"0 errors, 1 warning found":                          0,
		"an error is not what this line is about":            0,
		"there was an error TS lovers know":                  0,
		"no errors":                                          0,
		`10.0.0.1 - - "GET /?level=error HTTP/1.1"`:          0,
		"": 0, " ": 0, "<": 0, "{": 0, "=": 0,
	} {
		if got := LevelOf([]byte(line)); got != want {
			t.Errorf("%q: %d, want %d", line, got, want)
		}
	}
}

func FuzzLevelOf(f *testing.F) {
	for _, line := range []string{`{"level":30}`, "<3>x", "a level=error b", "error TS1: x", "\x1b[31mERROR\x1b[0m", "{\"\\"} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if got := LevelOf(line); got > limen.LevelError {
			t.Errorf("%q: %d", line, got)
		}
	})
}

func BenchmarkLevelOf(b *testing.B) {
	for _, line := range []string{
		"2026-01-01T00:00:00Z INFO something happened in the handler of the api, took 12ms for user 4711 abc",
		`127.0.0.1 - - [21/Nov/2026:11:00:00 +0000] "GET /assets/app.js?v=12 HTTP/1.1" 200 4711 "-" "Mozilla/5.0"`,
		`{"level":30,"time":1531171074631,"pid":1,"hostname":"x","msg":"request completed"}`,
	} {
		b.Run(line[:9], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				LevelOf([]byte(line))
			}
		})
	}
}
