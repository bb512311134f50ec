package sockets

// sources are the ways to read the tables.
var sources = []source{
	{"netlink", readNetlink}, // fast, filters in the kernel, knows the control group
	{"procfs", readProcNet},  // where netlink is forbidden, as in some sandboxes
}

// finders are the ways to find holders.
var finders = []finder{
	{"memory", findInMemory}, // who held them a moment ago, where that can be checked
	{"bpf", findByIterator},  // every descriptor in one read, where rights and kernel allow
	{"procfs", findByWalk},
}
