package proxy

const (
	fewestGuests     = 64      // clients, however few descriptors there are
	mostGuests       = 1 << 15 // clients, however many
	otherDescriptors = 64      // descriptors for listeners, files and the rest
)

// roomFor is for how many clients a number of descriptors is enough.
func roomFor(descriptors uint64) int {
	return int(max(fewestGuests, (min(descriptors, 2*mostGuests+otherDescriptors)-min(descriptors, otherDescriptors))/2))
}
