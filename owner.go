package limen

// An Owner answers for a listener: a process that holds its socket, the part
// it plays, and what keeps it running. Two are the same if their processes
// and keepers are.
type Owner struct {
	Process Process  `json:"process"`
	Role    Role     `json:"role"`
	Keeper  *Keeper  `json:"keeper,omitempty"` // the nearest that would start it again, else the nearest it runs in
	Within  []Keeper `json:"within,omitempty"` // everything it runs in, nearest first, Keeper included
	Proof   Proof    `json:"proof"`
}

// A Role is the part a process plays among those that hold a socket or share
// an endpoint. The zero value is invalid.
type Role uint8

const (
	Sole   Role = iota + 1 // the only one
	Master                 // started the others, which share its socket
	Worker                 // was started by the master
	Peer                   // one of several of equal standing, as with SO_REUSEPORT
)

var roles = names{"", "sole", "master", "worker", "peer"}

func (r Role) String() string { return roles.word(int(r), "Role") }

// MarshalText writes the role's word, such as "master".
func (r Role) MarshalText() ([]byte, error) { return roles.text(int(r), "role") }

// UnmarshalText reads what MarshalText wrote.
func (r *Role) UnmarshalText(b []byte) error {
	i, err := roles.parse(string(b), "role")
	*r = Role(i)
	return err
}

// A Proof says how sure it is that a process owns a socket. The zero value is
// invalid.
type Proof uint8

const (
	// Proved means that the process was seen holding the socket.
	Proved Proof = iota + 1
	// Candidate means that the process may hold it: the kernel says in which
	// control group and for which user the socket was made, and the process
	// is there, but its descriptors may not be looked at.
	Candidate
)

var proofs = names{"", "proved", "candidate"}

func (p Proof) String() string { return proofs.word(int(p), "Proof") }

// MarshalText writes "proved" or "candidate".
func (p Proof) MarshalText() ([]byte, error) { return proofs.text(int(p), "proof") }

// UnmarshalText reads what MarshalText wrote.
func (p *Proof) UnmarshalText(b []byte) error {
	i, err := proofs.parse(string(b), "proof")
	*p = Proof(i)
	return err
}

// A Keeper is what a process runs in and, for most kinds, what would start it
// again: a systemd unit, a container, a supervisor, a terminal session. Two
// are the same if kind and name are.
type Keeper struct {
	Kind      KeeperKind `json:"kind"`
	Name      string     `json:"name"`                // as its own tools call it: unit, container, session
	PID       int        `json:"pid,omitempty"`       // its own process, if it has one
	File      string     `json:"file,omitempty"`      // where it is written down, such as the unit's file
	Container *Container `json:"container,omitempty"` // for containers
	Evidence  string     `json:"evidence,omitempty"`  // what says so, such as the control group
}

// A KeeperKind is a kind of keeper. It is text and not a number because the
// set grows, and an older program must pass on what a newer one said.
type KeeperKind string

const (
	Systemd       KeeperKind = "systemd"        // a unit of the system's manager
	SystemdUser   KeeperKind = "systemd-user"   // a unit of a user's manager
	SystemdSocket KeeperKind = "systemd-socket" // a socket unit that starts its service on demand
	Docker        KeeperKind = "docker"
	Podman        KeeperKind = "podman"
	Containerd    KeeperKind = "containerd"
	Kubernetes    KeeperKind = "kubernetes"
	LXC           KeeperKind = "lxc"
	PM2           KeeperKind = "pm2"
	Supervisord   KeeperKind = "supervisord"
	Runit         KeeperKind = "runit"
	S6            KeeperKind = "s6"
	Watcher       KeeperKind = "watcher" // restarts on file changes: nodemon, air, watchexec
	Foreman       KeeperKind = "foreman" // and its like: overmind, hivemind, honcho
	Launchd       KeeperKind = "launchd"
	WinService    KeeperKind = "windows-service"
	Cron          KeeperKind = "cron"
	Tmux          KeeperKind = "tmux"
	Screen        KeeperKind = "screen"
	SSH           KeeperKind = "ssh"
	IDE           KeeperKind = "ide"
	Terminal      KeeperKind = "terminal" // an interactive shell
)

// sessions are the kinds a process merely runs in. None starts it again.
var sessions = map[KeeperKind]bool{
	Cron: true, Tmux: true, Screen: true, SSH: true, IDE: true, Terminal: true,
}

// Restarts reports whether keepers of this kind start a process again when it
// ends, or can be told to; stopping the process alone may then not last.
func (k KeeperKind) Restarts() bool { return k != "" && !sessions[k] }

// A Container is what is known of a container. Two are the same if their IDs
// are.
type Container struct {
	ID      string `json:"id"`
	Image   string `json:"image,omitempty"`
	Project string `json:"project,omitempty"` // of compose
	Service string `json:"service,omitempty"` // of compose
}
