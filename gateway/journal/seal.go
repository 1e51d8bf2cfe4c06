package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// ErrDamaged says that a state file does not hold what was written to it.
var ErrDamaged = errors.New("journal: state file is damaged")

// sealBytes is the size of a seal: a CRC32C over key and value.
const sealBytes = 4

// seal appends to a value the checksum that binds it to its key: bbolt has no checksum on its pages, and a flipped
// bit must neither change a value nor move it to another record.
func seal(key string, value []byte) []byte {
	sealed := make([]byte, 0, len(value)+sealBytes)
	sealed = append(sealed, value...)
	return binary.LittleEndian.AppendUint32(sealed, checksum(key, value))
}

// unseal returns the value within; it is part of sealed.
func unseal(key string, sealed []byte) ([]byte, error) {
	n := len(sealed) - sealBytes
	if n < 0 || checksum(key, sealed[:n]) != sealOf(sealed) {
		return nil, fmt.Errorf("%w: record %q fails its checksum", ErrDamaged, key)
	}
	return sealed[:n], nil
}

// sealOf is the checksum of a sealed value as it stands there.
func sealOf(sealed []byte) uint32 {
	return binary.LittleEndian.Uint32(sealed[len(sealed)-sealBytes:])
}

func checksum(key string, value []byte) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli)
	return crc32.Update(crc32.Checksum([]byte(key), table), table, value)
}
