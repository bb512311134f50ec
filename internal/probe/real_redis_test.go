package probe

import (
	"testing"

	"github.com/limenhq/limen"
)

func TestRealRedis(t *testing.T) {
	redis := server{Program: "redis-server", Args: []string{"--port", "{port}", "--bind", "127.0.0.1", "--save", ""}}
	got := ask(t, Redis, redis.start(t))
	if got.Product != "Redis" || got.Version == "" || got.Authentication != limen.AuthenticationNone {
		t.Errorf("it is taken for %+v", got)
	}
}
