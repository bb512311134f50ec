package store

const (
	stateVariable  = "LocalAppData"
	stateBelowHome = "AppData/Local"
)

// checkOwner accepts every directory: a profile's can be entered by its user
// and by administrators only, and who makes a file there owns it.
func checkOwner(string) error { return nil }
