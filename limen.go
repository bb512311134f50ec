// Package limen is the vocabulary of the program limen: what a listener, an
// owner, a keeper or a verdict is, how each is written as text and as JSON,
// and the rules about them that need nothing but themselves.
//
// A port of this machine is held by a [Listener], which waits at an
// [Endpoint] and has [Owner]s: a [Process], and the [Keeper] that would start
// it again. A [Snapshot] holds the listeners of one machine at one moment,
// and every [Gap]: what could not be seen, and why. A [Verdict] says whether a
// port can be had, proven by trying, and names each [Cause] when it cannot.
//
// Nothing here touches the network, a file, the clock or the environment.
// The JSON form of every noun is a promise that only grows; the Go names are
// unstable until the first release.
package limen
