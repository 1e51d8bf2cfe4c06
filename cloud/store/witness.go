package store

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"sync"

	"gatehouse/sync/fact"
)

// witness is a small file that says how far the store once was. It is never flushed on purpose: what it says was true, and
// a loss of its last words costs nothing but a chance to notice.
//
//	epoch u64, facts u64, CRC32C of both u32; little-endian
type witness struct {
	mu   sync.Mutex
	file *os.File
	now  sight
}

type sight struct {
	epoch fact.Incarnation
	facts int64
}

const witnessBytes = 20

func openWitness(name string) (*witness, error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	w := &witness{file: file}
	var buf [witnessBytes]byte
	if n, _ := file.ReadAt(buf[:], 0); n == witnessBytes && binary.LittleEndian.Uint32(buf[16:]) == checksum(buf[:16]) {
		w.now = sight{fact.Incarnation(binary.LittleEndian.Uint64(buf[:])), int64(binary.LittleEndian.Uint64(buf[8:]))}
	}
	return w, nil
}

func checksum(data []byte) uint32 { return crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)) }

func (w *witness) seen() sight {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *witness) reset(epoch fact.Incarnation, facts int64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = sight{epoch, facts}
	return w.write()
}

// add notes facts that were committed. An error is no loss worth stopping for.
func (w *witness) add(facts int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now.facts += facts
	_ = w.write()
}

func (w *witness) write() error {
	var buf [witnessBytes]byte
	binary.LittleEndian.PutUint64(buf[:], uint64(w.now.epoch))
	binary.LittleEndian.PutUint64(buf[8:], uint64(w.now.facts))
	binary.LittleEndian.PutUint32(buf[16:], checksum(buf[:16]))
	if _, err := w.file.WriteAt(buf[:], 0); err != nil {
		return fmt.Errorf("store: witness: %w", err)
	}
	return nil
}

func (w *witness) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.file.Close()
}
