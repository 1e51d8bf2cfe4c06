package textsign

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// textMax bounds a text; packetMax a packet.
const (
	textMax   = 200
	packetMax = 300
)

// page is what stands before a text: line 1, page A, at once, normal, for two seconds, at once.
const page = "<L1><PA><FE><MA><WC><FE>"

// ErrPacket is bytes that are no packet.
var ErrPacket = errors.New("textsign: bytes that are no packet: check the baud rate")

// Encode is the packet that has a sign show a text.
func Encode(sign byte, text string) []byte {
	data := page + plain(text)
	return fmt.Appendf(nil, "<ID%02X>%s%02X<E>", sign, data, parity(data))
}

// plain is a text that the sign takes.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '<':
			return '('
		case r == '>':
			return ')'
		case r < ' ' || r > '~':
			return '?'
		}
		return r
	}, text)
	return text[:min(len(text), textMax)]
}

func parity(data string) (sum byte) {
	for i := range len(data) {
		sum ^= data[i]
	}
	return sum
}

// Packet is what a sign is told.
type Packet struct {
	Sign byte
	Text string
}

// Parse finds the first packet in data and says how many bytes are done with. An error is of bytes that are none.
func Parse(data []byte) (p Packet, used int, found bool, err error) {
	begin := bytes.Index(data, []byte("<ID"))
	if begin < 0 {
		return Packet{}, max(0, len(data)-2), false, nil // the last two may begin one
	}
	end := bytes.Index(data[begin:], []byte("<E>"))
	switch {
	case end < 0 && len(data)-begin > packetMax:
		return Packet{}, begin + 3, false, ErrPacket
	case end < 0:
		return Packet{}, begin, false, nil
	}
	p, err = decode(string(data[begin : begin+end]))
	return p, begin + end + 3, err == nil, err
}

// decode takes a packet, without its end, apart.
func decode(text string) (Packet, error) {
	const head = len("<ID00>")
	if len(text) < head+len(page)+2 || text[head-1] != '>' {
		return Packet{}, ErrPacket
	}
	sign, err1 := strconv.ParseUint(text[3:head-1], 16, 8)
	data, sum := text[head:len(text)-2], text[len(text)-2:]
	if err1 != nil || !strings.HasPrefix(data, page) || fmt.Sprintf("%02X", parity(data)) != sum {
		return Packet{}, ErrPacket
	}
	return Packet{Sign: byte(sign), Text: data[len(page):]}, nil
}
