package wire

import (
	"encoding/base32"
	"encoding/binary"
	"strconv"

	"gatehouse/sync/fact"
)

var idAlphabet = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// idIncarnationChars is how many characters fact.Incarnation.String has.
const idIncarnationChars = 13

// parseID finds letter and dot of an identifier that fact.Dot.ID made; ok is false for any other text.
func parseID(text string) (letter byte, dot fact.Dot, ok bool) {
	if len(text) < 1+idIncarnationChars+2 || text[1+idIncarnationChars] != '-' {
		return 0, fact.Dot{}, false
	}
	var bytes [9]byte // 13 characters are 65 bits
	n, err := idAlphabet.Decode(bytes[:], []byte(text[1:1+idIncarnationChars]))
	if err != nil || n != 8 {
		return 0, fact.Dot{}, false
	}
	seq, err := strconv.ParseUint(text[2+idIncarnationChars:], 36, 64)
	if err != nil {
		return 0, fact.Dot{}, false
	}
	dot = fact.Dot{Incarnation: fact.Incarnation(binary.BigEndian.Uint64(bytes[:8])), Seq: seq}
	return text[0], dot, text[0] < 0x80 && dot.ID(text[0]) == text
}
