package limen

// A TrustClient is a program that was made to open a connection to a server of
// the authority. Two are the same if their names are.
type TrustClient struct {
	Name    string     `json:"name"`              // such as curl
	Program string     `json:"program,omitempty"` // its file
	Alone   TrustProof `json:"alone"`             // as it is started by anybody
	Within  TrustProof `json:"within"`            // with the variables that limen has for it
	Why     string     `json:"why,omitempty"`     // why it could not be tried, or what it said
	Next    string     `json:"next,omitempty"`
}

// A TrustProof is what came of a client's handshake. The zero value is invalid.
type TrustProof uint8

const (
	TrustProved  TrustProof = iota + 1 // it took the certificate
	TrustRefused                       // it refused the certificate
	TrustUntried                       // it was not tried, or failed for another reason
)

var trustProofs = names{"", "proved", "refused", "untried"}

func (p TrustProof) String() string { return trustProofs.word(int(p), "TrustProof") }

// MarshalText writes the proof's word, such as "proved".
func (p TrustProof) MarshalText() ([]byte, error) { return trustProofs.text(int(p), "proof") }

// UnmarshalText reads what MarshalText wrote.
func (p *TrustProof) UnmarshalText(b []byte) error {
	i, err := trustProofs.parse(string(b), "proof")
	*p = TrustProof(i)
	return err
}
