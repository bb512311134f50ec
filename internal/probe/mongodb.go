package probe

import (
	"encoding/binary"
	"strings"

	"github.com/limenhq/limen"
)

// MongoDB is greeted, as its clients do, asked for its version, and for the
// names of its databases, which it keeps from strangers if it knows any
// (MongoDB wire protocol, OP_MSG). Nothing of it is a login.
var MongoDB = Probe{
	Name:     "mongodb",
	Ports:    []uint16{27017, 27018, 27019},
	Programs: []string{"mongod", "mongos", "mongo", "mongodb", "mongodb-community-server", "mongodb-memory-server", "ferretdb", "percona-server-mongodb"},
	Speak: func(c *Conn) (limen.Service, bool) {
		hello := askMongo(c, "hello")
		_, isNumber := hello["maxWireVersion"].(int64)
		if !isNumber && hello["codeName"] != "CommandNotFound" { // as servers before hello say, of 2021
			return limen.Service{}, false
		}
		s := limen.Service{Protocol: "mongodb", Confidence: limen.Exchanged}
		s.Evidence = c.Said("the answer to hello", hello.names())
		build := askMongo(c, "buildInfo")
		s.Product, s.Version = mongoProduct(build)
		if s.Version != "" {
			s.Evidence = append(s.Evidence, c.Said("the answer to buildInfo", "version "+s.Version)...)
		}
		switch list := askMongo(c, "listDatabases"); {
		case list["ok"] == float64(1):
			s.Authentication = limen.AuthenticationNone
		case list["code"] == int64(13): // Unauthorized
			s.Authentication = limen.AuthenticationRequired
			s.Evidence = append(s.Evidence, c.Said("the answer to listDatabases", list.text("errmsg"))...)
		}
		return s, true
	},
}

// mongoProduct tells servers by the answer to buildInfo: those that only speak
// the protocol give the version of MongoDB that they are like.
func mongoProduct(build document) (product, version string) {
	for name, value := range build {
		if strings.HasPrefix(name, "ferretdb") {
			version, _ := value.(string)
			return "FerretDB", strings.TrimPrefix(version, "v")
		}
	}
	version = build.text("version")
	if build.text("gitVersion") == "" || build["storageEngines"] == nil || len(version) > 32 {
		return "", ""
	}
	return "MongoDB", version
}

const mongoMessage = 2013 // OP_MSG

// askMongo sends a command to the database admin, and returns the answer.
func askMongo(c *Conn, command string) document {
	body := "\x10" + command + "\x00" + "\x01\x00\x00\x00" + // int32: 1
		"\x08nameOnly\x00\x01" + // of listDatabases; true
		"\x02$db\x00" + "\x06\x00\x00\x00admin\x00" + "\x00"
	if command != "listDatabases" {
		body = strings.Replace(body, "\x08nameOnly\x00\x01", "", 1)
	}
	const id = 0x6c696d6e
	size := 16 + 4 + 1 + 4 + len(body)
	m := binary.LittleEndian.AppendUint32(nil, uint32(size))
	m = binary.LittleEndian.AppendUint32(m, id)
	m = append(m, 0, 0, 0, 0) // it answers nothing
	m = binary.LittleEndian.AppendUint32(m, mongoMessage)
	m = append(m, 0, 0, 0, 0, 0) // no flags, a section of kind 0: one document
	m = binary.LittleEndian.AppendUint32(m, uint32(4+len(body)))
	c.Write(append(m, body...))

	header := octets{rest: c.Next(16)}
	size = header.number32(binary.LittleEndian)
	header.take(4)
	answers, kind := header.number32(binary.LittleEndian), header.number32(binary.LittleEndian)
	if size < 21 || size > mostReply || answers != id || kind != mongoMessage {
		return nil
	}
	message := octets{rest: c.Next(size - 16)}
	message.take(4) // flags
	if message.number() != 0 {
		return nil
	}
	return readDocument(message.rest)
}
