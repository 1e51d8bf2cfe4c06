package wire

import (
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// compressAtLeast is the records from which on zstd is tried: below, its own header costs what it saves.
const compressAtLeast = 64

// zstdWriter and zstdReader are safe for concurrent use and keep nothing between calls; they start no goroutine.
var zstdWriter, zstdReader = zstdCoders()

func zstdCoders() (*zstd.Encoder, *zstd.Decoder) {
	const windowBytes = 256 << 10 // the columns of 1,000 facts have some 30 KB
	writer, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedBetterCompression),
		zstd.WithWindowSize(windowBytes), zstd.WithLowerEncoderMem(true), zstd.WithEncoderCRC(false), zstd.WithSingleSegment(true))
	if err != nil {
		panic("wire: " + err.Error())
	}
	reader, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(columnsMaxBytes),
		zstd.WithDecoderLowmem(true))
	if err != nil {
		panic("wire: " + err.Error())
	}
	return writer, reader
}

func compress(data []byte) []byte { return zstdWriter.EncodeAll(data, nil) }

// decompress fails with ErrNotStrict, also for what would unpack to more than a batch may hold.
func decompress(data []byte) ([]byte, error) {
	out, err := zstdReader.DecodeAll(data, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: zstd: %w", ErrNotStrict, err)
	}
	return out, nil
}
