package serve

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/limenhq/limen"
	"github.com/limenhq/limen/internal/har"
	"github.com/limenhq/limen/internal/redact"
)

// entryOf makes an entry of a request and its answer. It is made to be kept and
// handed on, so it has no secrets; the words in their place are the same for all,
// so that a recording can still be answered from.
func entryOf(r *http.Request, asked *keptBody, answer *capture, began time.Time, waited, all time.Duration) har.Entry {
	return har.EntryOf(redact.Recording(limen.Recording{
		Exchange: limen.Exchange{
			Time: began, FirstByte: waited, Total: all, Protocol: r.Proto, Method: r.Method, Status: answer.status,
			URL: schemeOf(r) + "://" + r.Host + sentPath(r) + queryOf(r),
		},
		Request: limen.Message{Fields: fieldsOf(r.Header), Body: asked.kept, Size: asked.size},
		Answer:  limen.Message{Fields: fieldsOf(answer.sent), Body: answer.body.kept, Size: answer.body.size},
	}))
}

// fieldsOf are the fields of a header, in an order that stays.
func fieldsOf(h http.Header) (all []limen.Field) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			all = append(all, limen.Field{Name: name, Value: value})
		}
	}
	return all
}
