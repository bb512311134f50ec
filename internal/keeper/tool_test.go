package keeper

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/limenhq/limen"
)

func TestToolIsWhatAPersonWouldTypeWithoutTheRights(t *testing.T) {
	for _, c := range []struct {
		within      []limen.Keeper
		stop, start []string
	}{
		{
			[]limen.Keeper{{Kind: limen.Systemd, Name: "web.service"}},
			[]string{"systemctl", "stop", "web"}, []string{"systemctl", "start", "web"},
		},
		{
			[]limen.Keeper{{Kind: limen.SystemdUser, Name: "stop it.service"}},
			[]string{"systemctl", "--user", "stop", "stop it"}, []string{"systemctl", "--user", "start", "stop it"},
		},
		{
			[]limen.Keeper{{Kind: limen.SystemdSocket, Name: "web.socket"}, {Kind: limen.Systemd, Name: "web.service"}},
			[]string{"systemctl", "stop", "web.socket", "web.service"}, []string{"systemctl", "start", "web.socket", "web.service"},
		},
		{
			[]limen.Keeper{{Kind: limen.Runit, Name: "web", File: "/etc/service/web"}},
			[]string{"sv", "down", "/etc/service/web"}, []string{"sv", "up", "/etc/service/web"},
		},
		{
			[]limen.Keeper{{Kind: limen.S6, Name: "web", File: "/run/service/web"}},
			[]string{"s6-svc", "-d", "/run/service/web"}, []string{"s6-svc", "-u", "/run/service/web"},
		},
		{
			[]limen.Keeper{{Kind: limen.Supervisord, Name: "$(reboot); `x`"}}, // no shell reads it
			[]string{"supervisorctl", "stop", "$(reboot); `x`"}, []string{"supervisorctl", "start", "$(reboot); `x`"},
		},
		{[]limen.Keeper{{Kind: limen.PM2, Name: "--all"}}, nil, nil},
		{[]limen.Keeper{{Kind: limen.Watcher, Name: "nodemon", PID: 7}}, nil, nil},
		{[]limen.Keeper{{Kind: limen.Terminal, Name: "bash", PID: 7}}, nil, nil},
		{nil, nil, nil},
	} {
		if got := Tool(c.within); !slices.Equal(got, c.stop) {
			t.Errorf("%v is stopped by %q; want %q", c.within, got, c.stop)
		}
		if got := Starter(c.within); !slices.Equal(got, c.start) {
			t.Errorf("%v is started by %q; want %q", c.within, got, c.start)
		}
	}
}

func TestAnEngineIsToldToStopAContainer(t *testing.T) {
	root := shortRoot(t)
	socket := filepath.Join(root, "run/docker.sock")
	if err := os.MkdirAll(filepath.Dir(socket), 0o755); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Skipf("no unix sockets here: %v", err)
	}
	var asked []string
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.String())
		switch r.URL.Path {
		case "/containers/abc/stop", "/containers/abc/start":
			w.WriteHeader(http.StatusNoContent)
		case "/containers/stuck/stop":
			http.Error(w, `{"message":"cannot stop container: permission denied"}`, http.StatusInternalServerError)
		default:
			http.NotFound(w, r)
		}
	})}
	go server.Serve(l)
	defer server.Close()
	f := &Finder{Root: root}
	keeper := func(id string) limen.Keeper {
		return limen.Keeper{Kind: limen.Docker, Name: "web", Container: &limen.Container{ID: id}}
	}
	if err := f.Tell(t.Context(), StopContainer, keeper("abc"), 5*time.Second); err != nil {
		t.Error(err)
	}
	if err := f.Tell(t.Context(), StartContainer, keeper("abc"), 0); err != nil {
		t.Error(err)
	}
	if err := f.Tell(t.Context(), StopContainer, keeper("stuck"), 0); err == nil {
		t.Error("a container that stays was taken for stopped")
	}
	if err := f.Tell(t.Context(), StopContainer, keeper("../../images/x"), 0); err == nil {
		t.Error("a strange name was taken for a container")
	}
	want := []string{"POST /containers/abc/stop?t=5", "POST /containers/abc/start", "POST /containers/stuck/stop?t=0", "POST /containers/..%2F..%2Fimages%2Fx/stop?t=0"}
	if !slices.Equal(asked, want) {
		t.Errorf("it was asked %q; want %q", asked, want)
	}
	if err := f.Tell(t.Context(), StopContainer, limen.Keeper{Kind: limen.Kubernetes, Name: "x"}, 0); err == nil {
		t.Error("no engine at all, and no error")
	}
}
