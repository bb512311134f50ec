package limen

// A Door is a place where names are answered. Two are the same if their
// endpoints are.
type Door struct {
	Endpoint Endpoint `json:"endpoint"`
	Usual    uint16   `json:"usual"`           // the port that needs no mention in a URL: 443 or 80
	Grant    Grant    `json:"grant"`           // by what right it is open there
	Stray    bool     `json:"stray,omitempty"` // nor is it at the port that people know to stand in for the usual one, 8443 or 8008
	Why      string   `json:"why,omitempty"`   // why it is not at the usual port
	Next     string   `json:"next,omitempty"`  // the one command that would change that
}

// A Grant is by what right a port is open. The zero value is invalid.
type Grant uint8

const (
	GrantBind       Grant = iota + 1 // it could be bound as every port can
	GrantCapability                  // the program has CAP_NET_BIND_SERVICE (capabilities(7)), or is root's
	GrantSystem                      // the system gives it to everybody: net.ipv4.ip_unprivileged_port_start
	GrantManager                     // systemd or launchd has opened it, and handed it over
	GrantInherited                   // the limen before this one has handed it over
	GrantElsewhere                   // it is another port than the usual one
)

var grants = names{"", "bind", "capability", "system", "manager", "inherited", "elsewhere"}

func (g Grant) String() string { return grants.word(int(g), "Grant") }

// MarshalText writes the grant's word, such as "capability".
func (g Grant) MarshalText() ([]byte, error) { return grants.text(int(g), "grant") }

// UnmarshalText reads what MarshalText wrote.
func (g *Grant) UnmarshalText(b []byte) error {
	i, err := grants.parse(string(b), "grant")
	*g = Grant(i)
	return err
}
