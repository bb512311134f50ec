package proxy

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"

	"github.com/limenhq/limen"
)

// unfailing returns a handler that ends a request, and nothing else, when the one
// that it was made of has a mistake in it.
func unfailing(h http.Handler, tell func(limen.Gap)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v != http.ErrAbortHandler { // which is how a handler ends a request on purpose
				tell(panicked(r, v, culprit()))
			}
			mustEnd()
		}()
		h.ServeHTTP(w, r)
	})
}

// panicked says what became of a request.
func panicked(r *http.Request, v any, where string) limen.Gap {
	return limen.Gap{
		What: fmt.Sprintf("the answer to %s %.200q of %.200q", r.Method, r.URL.Path, r.Host),
		Why:  fmt.Sprintf("limen has a mistake at %s: %.500v", where, v),
		Next: "report it, with this line",
	}
}

// culprit is the place in the code that panicked, while the panic is recovered
// from.
func culprit() string {
	callers := make([]uintptr, 32)
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers)])
	isBehind := false
	for {
		f, more := frames.Next()
		switch {
		case f.Function == "runtime.gopanic":
			isBehind = true
		case isBehind && !strings.HasPrefix(f.Function, "runtime."):
			return fmt.Sprintf("%s:%d", f.Function, f.Line)
		}
		if !more {
			return "an unknown place"
		}
	}
}
