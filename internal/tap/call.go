package tap

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/limenhq/limen"
)

// grpcCodes are the names of the statuses of gRPC, by their numbers (gRPC, "Status
// codes and their use in gRPC").
var grpcCodes = []string{
	"ok", "cancelled", "unknown", "invalid argument", "deadline exceeded", "not found", "already exists",
	"permission denied", "resource exhausted", "failed precondition", "aborted", "out of range", "unimplemented",
	"internal", "unavailable", "data loss", "unauthenticated",
}

// callOf is the method of gRPC that a request calls; empty if it is none.
func callOf(target string, fields []limen.Field) string {
	if !strings.HasPrefix(mediaOf(fields), "application/grpc") {
		return ""
	}
	path, _, _ := strings.Cut(target, "?")
	return strings.TrimPrefix(path, "/")
}

// failureOf is what went wrong with a call, as the fields say that end it; empty if
// nothing did (gRPC over HTTP/2, "Responses").
func failureOf(fields []limen.Field) string {
	text := valueOf(fields, "Grpc-Status")
	if text == "" || text == "0" {
		return ""
	}
	fault := "gRPC says " + strconv.QuoteToASCII(text[:min(len(text), 20)])
	if code, err := strconv.ParseUint(text, 10, 8); err == nil && int(code) < len(grpcCodes) {
		fault = fmt.Sprintf("gRPC says %s (%d)", grpcCodes[code], code)
	}
	said := valueOf(fields, "Grpc-Message")
	if plain, err := url.PathUnescape(said); err == nil {
		said = plain
	}
	if said != "" {
		fault += ": " + strings.ToValidUTF8(said[:min(len(said), faultMost)], "")
	}
	return fault
}
