package limen

// A Service is what speaks at an endpoint, found by speaking to it.
type Service struct {
	Protocol string     `json:"protocol"`          // such as "http" or "postgresql"
	Product  string     `json:"product,omitempty"` // such as "nginx"
	Version  string     `json:"version,omitempty"`
	Evidence []Evidence `json:"evidence,omitempty"`
}

// Evidence is something that was seen, and what it says.
type Evidence struct {
	What string `json:"what"` // what it says, in words
	From string `json:"from"` // where it was seen: a file, a system call, bytes from a peer
}
