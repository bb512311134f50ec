package registry

import "github.com/limenhq/limen"

// rangeRules say who may have a number of each range, indexed by it. What a
// machine adds to them, such as who may bind the system ports, is not known
// here.
var rangeRules = [...]limen.Evidence{
	limen.SystemRange: {
		What: "System port: IANA assigns it, and only to what the IETF has agreed on",
		From: "RFC 6335, sections 6 and 8.1.2",
	},
	limen.UserRange: {
		What: "User port: IANA assigns it on request, after a review",
		From: "RFC 6335, sections 6 and 8.1.2",
	},
	limen.DynamicRange: {
		What: "Dynamic port: never assigned to anyone, free for automatic and private use",
		From: "RFC 6335, section 6",
	},
}

// rules are what holds for a number everywhere.
func rules(port uint16) []limen.Evidence {
	all := []limen.Evidence{rangeRules[limen.RangeOf(port)]}
	if name, blocked := BlockedByBrowsers(port); blocked {
		all = append(all, browserRule(name))
	}
	return all
}
