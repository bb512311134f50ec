package keeper

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// TestTrail reads paths as the engines and systemd write them, outermost first.
func TestTrail(t *testing.T) {
	const (
		uid  = "1f3c2f2e-8a51-4c1c-9a53-6d3c0c1e8f7a"
		uid_ = "1f3c2f2e_8a51_4c1c_9a53_6d3c0c1e8f7a"
		user = "/user.slice/user-1000.slice/user@1000.service"
	)
	for path, want := range map[string]string{
		"":   "",
		"/":  "",
		"//": "",
		// systemd
		"/system.slice/nginx.service":                                                  "systemd nginx.service",
		"/system.slice/system-getty.slice/getty@tty1.service":                          "systemd getty@tty1.service",
		"/system.slice/system-postgresql.slice/postgresql@15-main.service":             "systemd postgresql@15-main.service",
		`/system.slice/system-a\x2db.slice/a\x2db@x.service`:                           `systemd a\x2db@x.service`,
		"/system.slice/_cpu.service":                                                   "systemd cpu.service",
		"/system.slice/nginx.service/worker.service":                                   "systemd nginx.service",
		"/machine.slice/systemd-nspawn@web.service/payload/system.slice/nginx.service": "systemd systemd-nspawn@web.service, systemd nginx.service in web",
		"/machine.slice/machine-web.scope/payload/system.slice/nginx.service":          "systemd nginx.service in web",
		"/init.scope": "init",
		"/user.slice/user-1000.slice/session-3.scope":            "",
		user + "/app.slice/x.service":                            "systemd-user x.service of 1000",
		user + "/app.slice/app-gnome-firefox-1234.scope":         "",
		user + "/tmux-spawn-0a.scope":                            "",
		user + "/init.scope":                                     "init of 1000",
		user + "/app.slice/x.service/docker.service":             "systemd-user x.service of 1000",
		"/user.slice/user-1000.slice/user@me.service":            "systemd user@me.service",
		"/system.slice/.service":                                 "",
		"/system.slice/a b.service":                              "",
		"/../nginx.service":                                      "systemd nginx.service",
		"/system.slice/" + strings.Repeat("x", 300) + ".service": "",
		"/system.slice/" + strings.Repeat("x/", 3000):            "",
		// Docker
		"/docker/" + id:                                                    "docker 0123456789ab",
		"/system.slice/docker-" + id + ".scope":                            "docker 0123456789ab",
		"/system.slice/docker-" + id + ".scope/init.scope":                 "docker 0123456789ab, init",
		"/system.slice:docker:" + id:                                       "docker 0123456789ab",
		user + "/user.slice/docker-" + id + ".scope":                       "docker 0123456789ab of 1000",
		user + "/app.slice/docker.service/docker/" + id:                    "systemd-user docker.service of 1000, docker 0123456789ab of 1000",
		"/docker/" + id + "/docker/" + id:                                  "docker 0123456789ab, docker 0123456789ab in " + id,
		"/system.slice/docker-" + id[:12] + ".scope":                       "",
		"/system.slice/docker-" + id + ".scope/system.slice/nginx.service": "docker 0123456789ab, systemd nginx.service in " + id,
		"/custom/" + id: " 0123456789ab",
		// Podman
		"/machine.slice/libpod-" + id + ".scope/container":                        "podman 0123456789ab",
		"/machine.slice/libpod-conmon-" + id + ".scope":                           "podman 0123456789ab",
		"/libpod_parent/libpod-" + id:                                             "podman 0123456789ab",
		"/libpod_parent/libpod-conmon-" + id:                                      "podman 0123456789ab",
		user + "/user.slice/libpod-" + id + ".scope/container":                    "podman 0123456789ab of 1000",
		"/system.slice/web.service/libpod-payload-" + id:                          "systemd web.service, podman 0123456789ab",
		"/machine.slice/libpod-" + id + ".scope/container/system.slice/a.service": "podman 0123456789ab, systemd a.service in " + id,
		// containerd
		"/default/" + id:                                "containerd 0123456789ab",
		"/system.slice/nerdctl-" + id + ".scope":        "containerd 0123456789ab",
		"/system.slice/cri-containerd-" + id + ".scope": "containerd 0123456789ab",
		// Kubernetes
		"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + uid_ + ".slice/cri-containerd-" + id + ".scope": "kubernetes " + uid,
		"/kubepods.slice/kubepods-pod" + uid_ + ".slice/crio-" + id + ".scope":                                              "kubernetes " + uid,
		"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" + uid_ + ".slice/docker-" + id + ".scope":       "kubernetes " + uid,
		"/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" + uid_ + ".slice/cri-containerd-" + id + ".scope":      "kubernetes " + uid,
		"/kubepods/burstable/pod" + uid + "/" + id:                                                                          "kubernetes " + uid,
		"/kubepods/pod" + uid + "/" + id: "kubernetes " + uid,
		"/system.slice/containerd.service/kubepods-besteffort-pod" + uid_ + ".slice:cri-containerd:" + id: "systemd containerd.service, kubernetes " + uid,
		"/machine.slice/crio-" + id + ".scope": "kubernetes 0123456789ab",
		// LXC
		"/lxc/web":         "lxc web",
		"/lxc.payload.web": "lxc web",
		"/lxc.payload/web": "lxc web",
		"/lxc.monitor.web": "lxc web",
		"/lxc.payload.web/system.slice/nginx.service": "lxc web, systemd nginx.service in web",
		"/lxc.payload.web/init.scope":                 "lxc web, init",
		"/lxc.payload.web/docker/" + id:               "lxc web, docker 0123456789ab in web",
		"/lxc.payload.":                               "",
		user + "/lxc.payload.web":                     "lxc web of 1000",
	} {
		if diff := cmp.Diff(want, describe(readTrail(path))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

// describe writes a trail as words.
func describe(t trail) string {
	var words []string
	owned := func(m manager) string {
		if m.user {
			return fmt.Sprintf(" of %d", m.uid)
		}
		return ""
	}
	for _, s := range t.steps {
		w := string(s.kind) + " " + s.name + owned(s.manager)
		if s.inside != nil {
			w += " in " + s.inside.ID
		}
		words = append(words, w)
	}
	if t.init {
		words = append(words, "init"+owned(t.manager))
	}
	return strings.Join(words, ", ")
}

func FuzzReadTrail(f *testing.F) {
	for _, s := range []string{
		"/system.slice/nginx.service", "/user.slice/user-1000.slice/user@1000.service/app.slice/x.service",
		"/system.slice/docker-" + id + ".scope/system.slice/a.service", "/kubepods/burstable/pod1f3c2f2e-8a51-4c1c-9a53-6d3c0c1e8f7a/" + id,
		"/lxc.payload.web/init.scope", "/a.slice:cri-containerd:" + id,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tr := readTrail(s)
		for _, st := range tr.steps {
			if st.name == "" || strings.Contains(st.name, "/") {
				t.Errorf("%q leads through %q", s, st.name)
			}
			if st.id == "" && !isService(st.name) {
				t.Errorf("%q leads through %q, which is no unit", s, st.name)
			}
		}
		if s != "" && len(tr.steps) > strings.Count(s, "/")+1 {
			t.Errorf("%q leads through %d steps", s, len(tr.steps))
		}
	})
}
