package daemon

import "strings"

// unit is what systemd reads (systemd.service(5)). What would hide files from
// the daemon needs a user namespace in the manager of a user, where it would no
// longer see whose processes are whose (systemd.exec(5), PrivateUsers=); so
// there is none of that. Low ports cannot come from a socket unit either: that
// manager may not bind them.
func unit(program string, variables []string) string {
	var b strings.Builder
	b.WriteString("# " + mark + "; limen daemon install --remove removes it\n" +
		"[Unit]\n" +
		"Description=limen, which answers for the names of what listens here\n" +
		"Documentation=https://github.com/limenhq/limen\n\n" +
		"[Service]\n" +
		"Type=notify\n" +
		"ExecStart=" + strings.ReplaceAll(unitWord(program), "$", "$$") + " daemon run\n")
	for _, v := range variables {
		b.WriteString("Environment=" + unitWord(v) + "\n")
	}
	b.WriteString("Restart=on-failure\n" +
		"UMask=0077\n" +
		"NoNewPrivileges=yes\n" +
		"LockPersonality=yes\n" +
		"MemoryDenyWriteExecute=yes\n" +
		"RestrictRealtime=yes\n" +
		"RestrictSUIDSGID=yes\n" +
		"SystemCallArchitectures=native\n\n" +
		"[Install]\n" +
		"WantedBy=default.target\n")
	return b.String()
}

// unitWord quotes a word: C escapes between double quotes, and specifiers doubled
// (systemd.syntax(7), systemd.unit(5)).
func unitWord(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%").Replace(s) + `"`
}
