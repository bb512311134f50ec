package bind

// lowPorts is what the kernel has built in: since macOS 10.14 only a bind of
// one address takes rights below IPPORT_RESERVED, 1024 (in_pcbbind of xnu,
// bsd/netinet/in_pcb.c: the check is skipped for INADDR_ANY; in6_pcbbind
// likewise).
var lowPorts = Rules{Unprivileged: 1024, LowWildcard: true}

var settings = portRange
