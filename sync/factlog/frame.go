package factlog

import (
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"
	"slices"
)

// Index is the place of a frame in the log: contiguous from 1 over all segments. 0 means none.
type Index uint64

// Hash is a link of the chain: h(n) = SHA-256(h(n-1) followed by payload n); h(0) is all zeros.
type Hash [32]byte

// PayloadMaxBytes bounds one payload: far above any fact (a few hundred bytes), below what would make a single
// append stall a gate (64 KiB are 6 ms on a card that writes 10 MB/s), and small enough to scan in one window.
const PayloadMaxBytes = 64 << 10

const (
	frameMagic     = 0x31464847 // "GHF1"
	frameHeadBytes = 64
	frameAlign     = 8
)

// frame is one frame as found by a scan; bytes lie in the scanner's window and hold until its next step.
type frame struct {
	index   Index
	flushed Index
	hash    Hash
	at      int64 // offset in the segment
	bytes   []byte
}

func (f frame) payload() []byte {
	length := binary.LittleEndian.Uint32(f.bytes[8:])
	return f.bytes[frameHeadBytes : frameHeadBytes+int64(length)]
}

func (f frame) end() int64 { return f.at + int64(len(f.bytes)) }

// follows reports whether the frame is the next link after chain.
func (f frame) follows(chain Hash) bool {
	return link(f.bytes, chain, len(f.payload())) == f.hash
}

// link computes the hash of a frame after chain. The hash field stands directly before the payload, so the input is
// made in place: the field holds the old link while it is hashed and is left with the new one.
func link(frame []byte, chain Hash, payloadBytes int) Hash {
	copy(frame[32:frameHeadBytes], chain[:])
	sum := Hash(sha256.Sum256(frame[32 : frameHeadBytes+payloadBytes]))
	copy(frame[32:frameHeadBytes], sum[:])
	return sum
}

// frameBytes is the room that a payload takes in a segment.
func frameBytes(payloadBytes int) int64 {
	return frameHeadBytes + (int64(payloadBytes)+frameAlign-1)&^(frameAlign-1)
}

// appendFrame encodes a payload behind buf and returns the new chain hash. seal completes the head.
func appendFrame(buf []byte, index Index, chain Hash, payload []byte) ([]byte, Hash) {
	start, size := len(buf), int(frameBytes(len(payload)))
	buf = slices.Grow(buf, size)[:start+size]
	frame := buf[start:]
	binary.LittleEndian.PutUint32(frame[0:], frameMagic)
	binary.LittleEndian.PutUint32(frame[8:], uint32(len(payload)))
	binary.LittleEndian.PutUint32(frame[12:], checksum(0, payload))
	binary.LittleEndian.PutUint64(frame[16:], uint64(index))
	n := copy(frame[frameHeadBytes:], payload)
	clear(frame[frameHeadBytes+n:])
	return buf, link(frame, chain, len(payload))
}

// seal completes the heads of adjoining frames once their place and the durable index are known.
func seal(frames []byte, number uint64, offset int64, flushed Index) {
	for len(frames) > 0 {
		binary.LittleEndian.PutUint64(frames[24:], uint64(flushed))
		binary.LittleEndian.PutUint32(frames[4:], headChecksum(frames, number, offset))
		size := frameBytes(int(binary.LittleEndian.Uint32(frames[8:])))
		frames, offset = frames[size:], offset+size
	}
}

// parseHead reads the first 64 bytes of a frame and returns the frame's size; false if no frame starts there.
func parseHead(head []byte, number uint64, at int64) (f frame, size int64, ok bool) {
	if binary.LittleEndian.Uint32(head) != frameMagic {
		return frame{}, 0, false
	}
	length := binary.LittleEndian.Uint32(head[8:])
	if length > PayloadMaxBytes || binary.LittleEndian.Uint32(head[4:]) != headChecksum(head, number, at) {
		return frame{}, 0, false
	}
	f = frame{
		index:   Index(binary.LittleEndian.Uint64(head[16:])),
		flushed: Index(binary.LittleEndian.Uint64(head[24:])),
		hash:    Hash(head[32:frameHeadBytes]),
		at:      at,
	}
	return f, frameBytes(int(length)), f.index != 0
}

// sound reports whether the payload is the one that the head describes.
func (f frame) sound() bool {
	return binary.LittleEndian.Uint32(f.bytes[12:]) == checksum(0, f.payload())
}

// headChecksum is seeded with the place: no two places in a segment, and hardly any two in a log, share a seed.
func headChecksum(head []byte, number uint64, offset int64) uint32 {
	place := uint32(number)*0x9E3779B1 ^ uint32(offset/frameAlign)
	return checksum(place, head[8:frameHeadBytes])
}

func checksum(seed uint32, data []byte) uint32 {
	return crc32.Update(seed, crc32.MakeTable(crc32.Castagnoli), data)
}
