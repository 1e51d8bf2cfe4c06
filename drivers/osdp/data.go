package osdp

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"gatehouse/drivers"
	"gatehouse/drivers/credentials"
)

// lampColours are OSDP's for the faces' colours: green, amber, red.
var lampColours = [...]byte{drivers.ColourGreen: 2, drivers.ColourYellow: 3, drivers.ColourRed: 1}

// LampData is the order to show a colour for good; false is a dark lamp.
func LampData(colour drivers.Colour, lit bool) []byte {
	on := byte(0)
	if lit {
		on = lampColours[min(colour, drivers.ColourRed)]
	}
	// reader, lamp, nothing temporary (7 bytes); set for good: on 500 ms, off 0, colours
	return []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 5, 0, on, 0}
}

// beepData is the order to beep once, for 200 ms.
func beepData() []byte { return []byte{0, 2, 2, 0, 1} }

// keySetData is the order to take a key.
func keySetData(key Key) []byte { return append([]byte{1, KeyBytes}, key[:]...) }

// RawData is a card's bits as a reader reports them, the first bit highest.
func RawData(value uint64, count int) []byte {
	data := []byte{0, 1, byte(count), byte(count >> 8)}
	for shift := count - 8; shift > -8; shift -= 8 {
		if shift >= 0 {
			data = append(data, byte(value>>shift))
		} else {
			data = append(data, byte(value<<-shift))
		}
	}
	return data
}

// cardBitsMax bounds what is read from a card.
const cardBitsMax = 512

// TextData is what a reader reports as characters: the head, and them. The head is the number of a head, a direction, how many.
func TextData(text string) []byte { return append([]byte{0, 1, byte(len(text))}, text...) }

// CardText is what a reader reports of a card: CodeRaw or CodeText. The error wraps ErrGarbage.
func CardText(answer Packet) (string, error) {
	if answer.Code == CodeText {
		return parseText(answer.Data)
	}
	return parseRaw(answer.Data)
}

// parseText reads characters. What the direction says differs between makers (0 and 1, or 1 and 2, are forward and backward), so
// that they are taken in the order in which they come.
func parseText(data []byte) (string, error) {
	if len(data) < 3 || int(data[2]) != len(data)-3 {
		return "", fmt.Errorf("%w (characters of a card)", ErrGarbage)
	}
	text := strings.Trim(string(data[3:]), " \r\n\x00")
	if !credentials.Readable(text) {
		return "", fmt.Errorf("%w (%d characters of a card)", ErrGarbage, len(data)-3)
	}
	return text, nil
}

// parseRaw reads bits: a known format whose parity fits, or the digits of their bytes. The packet has a checksum of its own, so
// that a parity which does not fit is that of another format of as many bits.
func parseRaw(data []byte) (text string, err error) {
	if len(data) < 4 {
		return "", fmt.Errorf("%w (a card of %d bytes)", ErrGarbage, len(data))
	}
	count, bits := int(binary.LittleEndian.Uint16(data[2:])), data[4:]
	if count == 0 || count > cardBitsMax || len(bits) != (count+7)/8 {
		return "", fmt.Errorf("%w (a card of %d bits in %d bytes)", ErrGarbage, count, len(bits))
	}
	var value uint64 // of the formats that are known, which are shorter
	for _, b := range bits {
		value = value<<8 | uint64(b)
	}
	if card, err := credentials.DecodeCard(value>>(8*len(bits)-count), count); err == nil {
		return card.String(), nil
	}
	return strings.ToUpper(hex.EncodeToString(bits)), nil
}

// parseKeys reads keys: reader, how many, and their characters.
func parseKeys(data []byte) (keys []byte, err error) {
	if len(data) < 2 || int(data[1]) != len(data)-2 {
		return nil, fmt.Errorf("%w (keys)", ErrGarbage)
	}
	for _, key := range data[2:] {
		switch {
		case key >= '0' && key <= '9':
		case key == 0x0D:
			key = credentials.KeyEnter
		case key == 0x7F:
			key = credentials.KeyClear
		case key != credentials.KeyEnter && key != credentials.KeyClear:
			return nil, fmt.Errorf("%w (key %02X)", ErrGarbage, key)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// What a reader says of itself (SIA OSDP 2.2, osdp_LSTATR and osdp_RSTATR): of the whole, tamper and then supply; of each of
// its heads, not connected or tampered with.
const (
	localTamper = 1
	headTamper  = 2
)

// parseLocal is what is wrong with a reader, as it says itself; nil is nothing.
func parseLocal(answer Packet) error {
	switch data := answer.Data; {
	case answer.Code == CodeReadersAre && bytes.IndexByte(data, headTamper) >= 0:
		return ErrTamper
	case answer.Code == CodeReadersAre:
		return nil
	case len(data) != 2:
		return fmt.Errorf("%w (a status of %d bytes)", ErrGarbage, len(data))
	case data[0] == localTamper:
		return ErrTamper
	case data[1] != 0:
		return ErrSupply
	}
	return nil
}

// The reasons of a NAK.
const (
	nakCommand   = 3
	nakSequence  = 4
	nakBlock     = 5
	nakInsecure  = 6
	nakBadRecord = 9
)

var nakText = [...]string{
	1: "it got a wrong checksum", 2: "it got a wrong length", 3: "it does not know the order", 4: "it got an unexpected sequence number",
	5: "it can't do this security block", 6: "it wants a secure channel", 7: "it has no such template", 8: "it has no such reader", 9: "it can't do the record",
}

// nakError is what a reader says when it refuses.
func nakError(data []byte) error {
	what := "it does not say why"
	if len(data) > 0 {
		what = fmt.Sprintf("reason %d", data[0])
		if int(data[0]) < len(nakText) && data[0] > 0 {
			what = nakText[data[0]]
		}
	}
	return fmt.Errorf("osdp: the reader refuses: %s", what)
}
