// Command client connects to an address, and stays until its input ends.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
)

func main() {
	c, err := net.Dial("tcp", os.Args[1])
	if err == nil {
		// Wine names who holds a socket only once it was used.
		_, err = c.Write([]byte("x"))
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(c.LocalAddr().(*net.TCPAddr).Port)
	io.Copy(io.Discard, os.Stdin)
}
