//go:build !unix

package proxy

// roomForGuests is for how many clients there is room. There is no limit on handles
// that would be met before (Windows has 16 million of them for a process).
func roomForGuests() int { return mostGuests }
