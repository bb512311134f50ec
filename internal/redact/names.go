package redact

import (
	"slices"
	"strings"
)

// secretWords are what the names of secrets end in, in lower case and without
// what stands between their words: accessToken, access-token and access_token
// are one.
var secretWords = []string{
	"token", "secret", "password", "passwd", "passphrase", "passcode", "authorization", "credential", "credentials", "signature",
	"sessionid", "sessid", "jwt", "otp", "csrf", "xsrf", "cookie", "codeverifier", "connectionstring", "assertion",
	"apikey", "accesskey", "accesskeyid", "privatekey", "secretkey", "authkey", "subscriptionkey", "functionskey", "masterkey",
	"signingkey", "encryptionkey", "sharedkey", "accountkey",
	"recoverycode", "backupcode", "backupcodes", "verificationcode", "mfacode", "authcode", "authorizationcode",
}

// afterwords may follow one of these, as forms ask for a password twice, and gRPC
// has its binary metadata.
var afterwords = []string{"confirmation", "confirm", "repeat", "again", "retype", "verify", "hash", "value", "bin", "pem"}

// secretNames are names that are secret only as a whole: author is no auth.
var secretNames = []string{
	"auth", "key", "pwd", "pass", "pin", "sid", "sig", "session", "pat", "bearer", "samlresponse", "clientsecret", "nonce", "refresh", "access",
}

// secretInQuery are names that are secret in an address, and ordinary elsewhere:
// code is what a login comes back with (RFC 6749, 4.1.2), and what errors have.
var secretInQuery = []string{"code", "state", "ticket", "h", "hmac"}

// IsSecret reports whether a name is one of a secret.
func IsSecret(name string) bool {
	bare := bareOf(name)
	return slices.Contains(secretNames, bare) || endsSecret(bare)
}

// bareOf is a name in lower case, of its letters and digits alone.
func bareOf(name string) string {
	var b strings.Builder
	for _, c := range strings.ToLower(name) {
		if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' {
			b.WriteRune(c)
		}
	}
	return b.String()
}

// endsSecret reports whether a bare name ends in a word for a secret, which a number
// may follow: of two passwords, of X-Hub-Signature-256.
func endsSecret(bare string) bool {
	bare = strings.TrimRight(bare, "0123456789")
	for _, word := range afterwords {
		if rest, ok := strings.CutSuffix(bare, word); ok {
			bare = rest
			break
		}
	}
	return slices.ContainsFunc(secretWords, func(word string) bool { return strings.HasSuffix(bare, word) })
}

func isSecretInQuery(name string) bool {
	plain := Unescaped(name)
	return IsSecret(plain) || slices.Contains(secretInQuery, strings.ToLower(plain))
}
