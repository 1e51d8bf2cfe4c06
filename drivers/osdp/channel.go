package osdp

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"errors"
)

// KeyBytes is the length of a key.
const KeyBytes = 16

// Key is a secure channel base key.
type Key [KeyBytes]byte

// DefaultKey is SCBK-D, the public key of new readers.
func DefaultKey() Key { return Key([]byte("0123456789:;<=>?")) }

// The faults of a secure channel.
var (
	ErrMAC = errors.New("osdp: a packet's MAC does not fit: somebody else speaks on the bus, or a packet was lost; the channel begins anew")
	ErrKey = errors.New("osdp: the reader does not have this key: set install = true once to give it to a new reader, or enter the reader's key")
)

// Channel is a secure channel, on either side of it.
type Channel struct {
	enc, mac1, mac2 cipher.Block
	gateway, reader [8]byte // their random numbers
	orderMAC        [KeyBytes]byte
	answerMAC       [KeyBytes]byte
}

// NewChannel derives the keys of a session from the base key and both random numbers.
func NewChannel(key Key, gateway, reader [8]byte) *Channel {
	base := newBlock(key[:])
	derive := func(first, second byte) cipher.Block {
		plain := [KeyBytes]byte{first, second}
		copy(plain[2:8], gateway[:6])
		base.Encrypt(plain[:], plain[:])
		return newBlock(plain[:])
	}
	return &Channel{enc: derive(0x01, 0x82), mac1: derive(0x01, 0x01), mac2: derive(0x01, 0x02), gateway: gateway, reader: reader}
}

func newBlock(key []byte) cipher.Block {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // keys have sixteen bytes by their type
	}
	return block
}

// ReaderCryptogram proves that the reader has the key.
func (c *Channel) ReaderCryptogram() [KeyBytes]byte { return c.cryptogram(c.gateway, c.reader) }

// GatewayCryptogram proves that the gateway has it.
func (c *Channel) GatewayCryptogram() [KeyBytes]byte { return c.cryptogram(c.reader, c.gateway) }

func (c *Channel) cryptogram(first, second [8]byte) (out [KeyBytes]byte) {
	copy(out[:8], first[:])
	copy(out[8:], second[:])
	c.enc.Encrypt(out[:], out[:])
	return out
}

// Begin makes the first MAC of the chain, RMAC_I, from the gateway's cryptogram.
func (c *Channel) Begin() [KeyBytes]byte {
	c.answerMAC = c.GatewayCryptogram()
	c.mac1.Encrypt(c.answerMAC[:], c.answerMAC[:])
	c.mac2.Encrypt(c.answerMAC[:], c.answerMAC[:])
	return c.answerMAC
}

// sameBytes compares in constant time.
func sameBytes(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }

// Seal encrypts a packet's data and gives it its MAC.
func (c *Channel) Seal(p Packet) Packet {
	p.Block, p.BlockArg = BlockOrder, nil
	if p.Answer {
		p.Block = BlockAnswer
	}
	if len(p.Data) > 0 {
		p.Block += 2
		p.Data = c.encrypt(p.Answer, p.Data)
	}
	sum := c.sum(p)
	p.MAC = sum[:macBytes]
	c.keep(p.Answer, sum)
	return p
}

// Open checks a packet's MAC and decrypts its data. Nothing of the channel changes if they do not fit.
func (c *Channel) Open(p Packet) (Packet, error) {
	if !p.hasMAC() || len(p.Data) > 0 && !p.encrypted() {
		return Packet{}, ErrMAC
	}
	sum := c.sum(p)
	if !sameBytes(sum[:macBytes], p.MAC) {
		return Packet{}, ErrMAC
	}
	plain, ok := c.decrypt(p.Answer, p.Data)
	if !ok {
		return Packet{}, ErrMAC
	}
	c.keep(p.Answer, sum)
	p.Data = plain
	return p, nil
}

func (c *Channel) keep(answer bool, sum [KeyBytes]byte) {
	if answer {
		c.answerMAC = sum
	} else {
		c.orderMAC = sum
	}
}

// before is the MAC of the packet that a packet is chained to.
func (c *Channel) before(answer bool) [KeyBytes]byte {
	if answer {
		return c.orderMAC
	}
	return c.answerMAC
}

// sum is the whole MAC of a packet: CBC over its blocks, the last one with the second key.
func (c *Channel) sum(p Packet) [KeyBytes]byte {
	data := p.appendHead(make([]byte, 0, headBytes+blockHead+1+len(p.Data)+KeyBytes))
	if len(data)%KeyBytes != 0 {
		data = pad(data)
	}
	chain := c.before(p.Answer)
	for i := 0; i < len(data); i += KeyBytes {
		subtle.XORBytes(chain[:], chain[:], data[i:i+KeyBytes])
		if i+KeyBytes < len(data) {
			c.mac1.Encrypt(chain[:], chain[:])
		}
	}
	c.mac2.Encrypt(chain[:], chain[:])
	return chain
}

// pad adds 80 and zeros up to a whole block.
func pad(data []byte) []byte {
	data = append(data, 0x80)
	for len(data)%KeyBytes != 0 {
		data = append(data, 0)
	}
	return data
}

// vector is where the encryption of a packet's data begins.
func (c *Channel) vector(answer bool) []byte {
	vector := c.before(answer)
	for i := range vector {
		vector[i] = ^vector[i]
	}
	return vector[:]
}

func (c *Channel) encrypt(answer bool, plain []byte) []byte {
	data := pad(append([]byte(nil), plain...))
	cipher.NewCBCEncrypter(c.enc, c.vector(answer)).CryptBlocks(data, data)
	return data
}

func (c *Channel) decrypt(answer bool, data []byte) (plain []byte, ok bool) {
	if len(data) == 0 {
		return nil, true
	}
	if len(data)%KeyBytes != 0 {
		return nil, false
	}
	plain = make([]byte, len(data))
	cipher.NewCBCDecrypter(c.enc, c.vector(answer)).CryptBlocks(plain, data)
	end := len(plain) - 1
	for end > 0 && plain[end] == 0 {
		end--
	}
	if plain[end] != 0x80 {
		return nil, false
	}
	return plain[:end], true
}
