package probe

import (
	"encoding/binary"
	"strings"
)

// servicesIn returns the names in the answer to list_services, but those of
// reflection itself: ServerReflectionResponse.list_services_response = 6,
// .service = 1, .name = 1 (grpc/reflection/v1/reflection.proto).
func servicesIn(framed []byte) (names []string) {
	if len(framed) < 5 || framed[0] != 0 { // compressed, though we offered nothing
		return nil
	}
	for _, list := range nested(framed[5:], 6) {
		for _, service := range nested(list, 1) {
			for _, name := range nested(service, 1) {
				if n := strings.ToValidUTF8(string(name), "\ufffd"); !strings.HasPrefix(n, "grpc.reflection.") {
					names = append(names, n)
				}
			}
		}
	}
	return names
}

// nested returns the fields of one number in a message, of those that have a
// length (https://protobuf.dev/programming-guides/encoding). What is broken
// ends it.
func nested(message []byte, number uint64) (fields [][]byte) {
	for len(message) > 0 {
		tag, n := binary.Uvarint(message)
		if n <= 0 {
			return fields
		}
		message = message[n:]
		length := uint64(map[uint64]int{1: 8, 5: 4}[tag&7]) // fixed ones
		switch tag & 7 {
		case 0, 2: // a number; a length
			value, n := binary.Uvarint(message)
			if n <= 0 {
				return fields
			}
			message = message[n:]
			if tag&7 == 2 {
				length = value
			}
		case 1, 5:
		default:
			return fields
		}
		if length > uint64(len(message)) {
			return fields
		}
		if tag == number<<3|2 {
			fields = append(fields, message[:length])
		}
		message = message[length:]
	}
	return fields
}
