package process

// NameOfEnded returns what a person would call a run that has ended, of which
// only its arguments and the name of its first thread are left.
func NameOfEnded(command []string, thread string) string { return nameOf("", command, thread) }
