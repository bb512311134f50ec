package bind

import "slices"

// lowPorts is empty: the kernel tells its rule.
var lowPorts Rules

var settings = slices.Concat(portRange, bsdSettings)
