package keeper

import (
	"net/http"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/limenhq/limen"
)

// proxy is docker-proxy, as dockerd starts it.
func proxy(e limen.Endpoint, containerIP string) Subject {
	return Subject{
		Process: limen.Process{
			ProcessID:  limen.ProcessID{PID: 900, Birth: 9},
			Executable: "/usr/bin/docker-proxy",
			Command: []string{"/usr/bin/docker-proxy", "-proto", e.Transport.String(), "-host-ip", e.Address().String(),
				"-host-port", "8080", "-container-ip", containerIP, "-container-port", "80", "-use-listen-fd"},
			User: &limen.User{UID: 0},
		},
		Cgroup: "/system.slice/docker.service",
		Socket: e,
	}
}

func TestTheContainerBehindDockerProxyIsNamed(t *testing.T) {
	f := &Finder{Root: shortRoot(t)}
	startEngine(t, f.Root+"/run/docker.sock", recording(t, "docker.json"))
	for _, e := range []string{"0.0.0.0:8080", "[::]:8080"} {
		got, gaps := f.Within(t.Context(), proxy(at(e), "172.18.0.3"))
		if diff := cmp.Diff([]string{"docker shop-web-1", "systemd docker.service"}, names(got)); diff != "" || len(gaps) > 0 {
			t.Errorf("%s: %v %s", e, gaps, diff)
		}
		if len(got) > 0 && !strings.Contains(got[0].Evidence, "docker says that this container publishes tcp/"+e) {
			t.Errorf("evidence %q", got[0].Evidence)
		}
	}
}

func TestTheContainerBehindDockerProxyIsNamedByItsAddress(t *testing.T) {
	f := &Finder{Root: shortRoot(t)}
	// An engine that lists the container without its ports, as while it starts.
	startEngine(t, f.Root+"/run/docker.sock", func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte(`[{"Id":"` + id + `","Names":["/early"],"NetworkSettings":{"Networks":{"bridge":{"IPAddress":"172.17.0.2"}}}}]`))
	})
	got, _ := f.Within(t.Context(), proxy(at("0.0.0.0:8080"), "172.17.0.2"))
	if diff := cmp.Diff([]string{"docker early", "systemd docker.service"}, names(got)); diff != "" {
		t.Fatal(diff)
	}
	if !strings.HasPrefix(got[0].Evidence, "docker-proxy 900 says that it forwards to 172.17.0.2:80") {
		t.Errorf("evidence %q", got[0].Evidence)
	}
	// Arguments that are not about the socket that the process holds.
	got, gaps := f.Within(t.Context(), proxy(at("127.0.0.1:22"), "172.17.0.2"))
	if diff := cmp.Diff([]string{"systemd docker.service"}, names(got)); diff != "" || len(gaps) != 1 {
		t.Error(gaps, diff)
	}
}

func TestAProgramCalledDockerProxyProvesNothing(t *testing.T) {
	f := &Finder{Root: shortRoot(t)}
	startEngine(t, f.Root+"/run/docker.sock", recording(t, "docker.json"))
	for claim, s := range map[string]Subject{
		"another address":    proxy(at("127.0.0.1:8080"), "172.18.0.9"),
		"another port":       proxy(at("0.0.0.0:8081"), "172.18.0.3"),
		"an ordinary user's": proxy(at("0.0.0.0:8080"), "172.18.0.3"),
	} {
		if strings.HasPrefix(claim, "an ordinary") {
			s.Process.User = &limen.User{UID: 1000}
		}
		got, gaps := f.Within(t.Context(), s)
		if diff := cmp.Diff([]string{"systemd docker.service"}, names(got)); diff != "" || len(gaps) != 1 ||
			!strings.HasPrefix(gaps[0].What, "which container docker-proxy 900 forwards tcp/") {
			t.Errorf("%s: %v %s", claim, gaps, diff)
		}
	}
}

func TestAnEnginesOwnPortIsItsOwn(t *testing.T) {
	f := &Finder{Root: shortRoot(t)}
	startEngine(t, f.Root+"/run/docker.sock", recording(t, "docker.json"))
	s := proxy(at("127.0.0.1:2375"), "")
	s.Process.Executable = "/usr/bin/dockerd"
	if got, gaps := f.Within(t.Context(), s); len(got) != 1 || len(gaps) != 0 {
		t.Error(got, gaps)
	}
	s.Socket = at("127.0.0.1:5432") // moby/moby#28589
	got, _ := f.Within(t.Context(), s)
	if diff := cmp.Diff([]string{"docker shop-db-1", "systemd docker.service"}, names(got)); diff != "" {
		t.Error(diff)
	}
}

func TestAForwarderWhoseEngineIsSilentIsAGap(t *testing.T) {
	root := shortRoot(t)
	startEngine(t, root+"/run/docker.sock", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	for program, what := range map[string]string{
		"docker-proxy": "which container docker-proxy 900 forwards tcp/0.0.0.0:8080 to",
		"dockerd":      "whether dockerd 900 holds tcp/0.0.0.0:8080 for a container",
	} {
		s := proxy(at("0.0.0.0:8080"), "172.18.0.3")
		s.Process.Executable = "/usr/bin/" + program
		if _, gaps := (&Finder{Root: root}).Within(t.Context(), s); len(gaps) != 1 || gaps[0].What != what {
			t.Errorf("gaps %v", gaps)
		}
	}
}

func TestAnEngineWithTwoPathsIsOneEngine(t *testing.T) {
	f := &Finder{Root: shortRoot(t)}
	d := startEngine(t, f.Root+"/run/docker.sock", recording(t, "docker.json"))
	err := os.Mkdir(f.Root+"/var", 0o755)
	if err == nil {
		err = os.Symlink("../run", f.Root+"/var/run")
	}
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := f.Published(t.Context(), at("0.0.0.0:8080")); len(got) != 1 || d.asked.Load() != 1 {
		t.Errorf("asked %d times, got %v", d.asked.Load(), got)
	}
}

func TestPublished(t *testing.T) {
	f := &Finder{Root: shortRoot(t)}
	startEngine(t, f.Root+"/run/docker.sock", recording(t, "docker.json"))
	for e, want := range map[string][]string{
		"tcp/0.0.0.0:8080":   {"docker shop-web-1"},
		"tcp/127.0.0.1:8080": {"docker shop-web-1"},
		"tcp/[::1]:8080":     {"docker shop-web-1"},
		"tcp/0.0.0.0:5432":   {"docker shop-db-1"},
		"tcp/127.0.0.1:5432": {"docker shop-db-1"},
		"tcp/127.0.0.2:5432": nil,
		"tcp/[::1]:5432":     nil,
		"udp/0.0.0.0:5353":   {"docker shop-web-1"},
		"tcp/0.0.0.0:5353":   nil,
		"tcp/0.0.0.0:9229":   nil,
	} {
		got, gaps := f.Published(t.Context(), limen.MustParseEndpoint(e))
		if diff := cmp.Diff(want, names(got)); diff != "" || len(gaps) > 0 {
			t.Errorf("%s: %v %s", e, gaps, diff)
		}
	}
}

func TestPublishedHasAGapForAnEngineThatIsThereAndSilent(t *testing.T) {
	f := &Finder{Root: shortRoot(t)}
	if got, gaps := f.Published(t.Context(), at("0.0.0.0:80")); len(got)+len(gaps) > 0 {
		t.Errorf("a machine without engines: %v %v", got, gaps)
	}
	f = &Finder{Root: f.Root}
	startEngine(t, f.Root+"/run/podman/podman.sock", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	_, gaps := f.Published(t.Context(), at("0.0.0.0:80"))
	if len(gaps) != 1 || gaps[0].What != "whether a podman container publishes tcp/0.0.0.0:80" {
		t.Errorf("gaps %+v", gaps)
	}
}

func TestParseForward(t *testing.T) {
	got, ok := parseForward(proxy(at("[::]:8080"), "172.18.0.3").Process.Command)
	want := forward{limen.TCP, netip.MustParseAddrPort("[::]:8080"), netip.MustParseAddrPort("172.18.0.3:80")}
	if !ok || got != want {
		t.Errorf("got %v %v, want %v", got, ok, want)
	}
	for _, args := range []string{"", "docker-proxy", "docker-proxy -proto", "docker-proxy -proto sctp -host-ip 0.0.0.0 -host-port 1 -container-ip 10.0.0.1 -container-port 1",
		"docker-proxy -proto tcp -host-ip x -host-port 1", "docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 70000"} {
		if _, ok := parseForward(strings.Fields(args)); ok {
			t.Errorf("%q was taken for a forward", args)
		}
	}
}

func FuzzParseForward(f *testing.F) {
	f.Add("docker-proxy\x00-proto\x00tcp\x00-host-ip\x000.0.0.0\x00-host-port\x0080\x00-container-ip\x0010.0.0.2\x00-container-port\x0080")
	f.Fuzz(func(t *testing.T, s string) {
		w, ok := parseForward(strings.Split(s, "\x00"))
		if ok && (!w.host.IsValid() || !w.container.IsValid() || w.transport == 0) {
			t.Errorf("%q gave %v", s, w)
		}
	})
}
