package run

// What a process of limen finds in its environment if it was started for this
// package.
const (
	guardKey = "LIMEN_GUARD" // the grace that it gives when it is left alone
	shimKey  = "LIMEN_SHIM"  // the file of the program to become
)

// Enter carries out what this process was started for, if that was to be a
// guard, or to hand sockets to a program, and reports whether it was. The
// program's main calls it before anything else, and ends when entered is true.
//
// Of a guard it returns when nothing is left below it. It belongs on the main
// goroutine: the kernel ends what a guard's thread started when that thread
// ends, and the main thread lives as long as the process.
func Enter(environ func() []string) (entered bool, err error) {
	env := environ()
	for _, r := range roles {
		if value, ok := variable(env, r.key); ok {
			return true, r.play(value, env)
		}
	}
	return false, nil
}

// roles are what a process can be started for.
var roles = []struct {
	key  string
	play func(value string, environ []string) error
}{
	{guardKey, guard},
	{shimKey, shim},
}
