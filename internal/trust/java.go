package trust

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/limenhq/limen"
)

// Java is what programs in Java trust: a file that comes with each Java.
var Java = Store{Kind: "java", Find: findJava, None: "no Java is installed"}

// javaPassword is the one that every Java comes with (keytool(1), "The cacerts
// Certificates File"). It seals the file against accidents, and is no secret.
const javaPassword = "changeit"

// A cacerts is the file of one Java, with the program that changes it.
type cacerts struct{ file, keytool string }

func findJava(m Machine) (all []Place) {
	homes := []string{m.getenv("JAVA_HOME")}
	if path := find("keytool"); path != "" && m.Root == "" {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			homes = append(homes, filepath.Dir(filepath.Dir(real)))
		}
	}
	for _, home := range homes {
		if home == "" || !filepath.IsAbs(home) || len(all) > 0 && all[0].(cacerts).isOf(home) {
			continue
		}
		p := cacerts{filepath.Join(home, "lib", "security", "cacerts"), filepath.Join(home, "bin", "keytool")}
		if _, err := os.Stat(p.file); err != nil { // Java 8 has it below its JRE
			p.file = filepath.Join(home, "jre", "lib", "security", "cacerts")
		}
		if _, err := os.Stat(p.file); err == nil {
			all = append(all, p)
		}
	}
	return all
}

func (p cacerts) isOf(home string) bool { return p.keytool == filepath.Join(home, "bin", "keytool") }

func (p cacerts) Path() string { return p.file }

func (p cacerts) tool(ctx context.Context, order string, a *Authority, words ...string) ([]byte, error) {
	path := find(p.keytool)
	if path == "" {
		path = find("keytool")
	}
	if path == "" {
		return nil, &limen.Error{
			Kind: limen.Unsupported, What: "cannot read " + p.file, Why: "the program keytool is not there", Next: "install a Java that has it",
		}
	}
	// Java is in English so, whatever the user's language: nobody reads it but
	// a person who asks for help.
	return run(ctx, nil, append([]string{path, order, "-alias", a.mark(), "-keystore", p.file, "-storepass", javaPassword}, words...)...)
}

// Has compares the certificate itself. Where keytool does not say one, it ends
// with 1 whatever the reason, so the file is asked whether it can be read.
func (p cacerts) Has(ctx context.Context, a *Authority) (bool, error) {
	der, err := p.tool(ctx, "-exportcert", a)
	var none *failure
	if errors.As(err, &none) {
		if f, err := os.Open(p.file); err != nil {
			return false, err
		} else {
			f.Close()
		}
		// Debian's Java takes over what the system trusts, under names of its own.
		return false, nil
	}
	return bytes.Equal(der, a.certificate.Raw), err
}

func (p cacerts) Add(ctx context.Context, a *Authority) error {
	if err := writable(p.file); err != nil {
		return err
	}
	_, err := p.tool(ctx, "-importcert", a, "-noprompt", "-file", a.File())
	return err
}

func (p cacerts) Remove(ctx context.Context, a *Authority) error {
	if err := writable(p.file); err != nil {
		return err
	}
	_, err := p.tool(ctx, "-delete", a)
	return err
}

// writable asks the system beforehand: keytool says it in its own words only.
func writable(file string) error {
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return f.Close()
}

func (p cacerts) byHand(a *Authority, adding bool) string {
	order := fmt.Sprintf("-importcert -noprompt -file %s", quote(a.File()))
	if !adding {
		order = "-delete"
	}
	return fmt.Sprintf("sudo %s %s -alias %s -keystore %s -storepass %s", quote(p.keytool), order, a.mark(), quote(p.file), javaPassword)
}
