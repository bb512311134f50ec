package trust

import (
	"crypto/sha1"
	"fmt"
)

// sha1Of is the name that security(1) has for a certificate.
func sha1Of(a *Authority) string { return fmt.Sprintf("%X", sha1.Sum(a.certificate.Raw)) }
