package daemon

import (
	"encoding/xml"
	"strings"
)

// agentLabel is the name of the daemon for launchd.
const agentLabel = "dev.limen.daemon"

// plist is what launchd reads (launchd.plist(5)). It has no sockets: they can
// be had by launch_activate_socket(3) alone, which is C.
func plist(program string, variables []string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- ` + mark + `; limen daemon install (with the flag remove) removes it -->
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>` + agentLabel + `</string>
	<key>ProgramArguments</key>
	<array>
		<string>` + escaped(program) + `</string>
		<string>daemon</string>
		<string>run</string>
	</array>
`)
	if len(variables) > 0 {
		b.WriteString("\t<key>EnvironmentVariables</key>\n\t<dict>\n")
		for _, v := range variables {
			name, value, _ := strings.Cut(v, "=")
			b.WriteString("\t\t<key>" + escaped(name) + "</key>\n\t\t<string>" + escaped(value) + "</string>\n")
		}
		b.WriteString("\t</dict>\n")
	}
	b.WriteString(`	<key>RunAtLoad</key>
	<true/>
	<key>KeepAlive</key>
	<dict>
		<key>SuccessfulExit</key>
		<false/>
	</dict>
	<key>ProcessType</key>
	<string>Interactive</string>
</dict>
</plist>
`)
	return b.String()
}

// escaped is text as it stands in XML.
func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a builder takes everything
	return b.String()
}
