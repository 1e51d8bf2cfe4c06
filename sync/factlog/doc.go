// Package factlog is the durable log of opaque payloads that is the truth of both sides: the lot's facts, and
// headquarters' copy of them. One append and one fdatasync make a decision durable; everything else is a fold.
//
// # On disk
//
// A folder of segments 000000000001.seg, 000000000002.seg and so on, each filled with zeros before it is used, so
// that a commit never changes a file's size or extents and costs one flush. A segment is a header in a block of its
// own (4 KiB) and frames, 8-byte aligned; a frame never spans segments. All integers are little-endian.
//
//	header  0 magic[8]   8 format u32   12 zero u32   16 segment u64   24 first index u64
//	       32 chain hash before it[32]  64 CRC32C of 0..63 u32
//	frame   0 magic u32  4 CRC32C of 8..63, seeded with the place u32   8 payload length u32
//	       12 CRC32C of the payload u32  16 index u64  24 flushedThrough u64  32 chain hash[32]  64 payload, zeros
//
// The head has a CRC of its own, so that a scan over damage costs 64 bytes per candidate and not 64 KiB. The CRC is
// seeded with segment and offset, so that a frame which the disk returns from a wrong place (a misdirected or stale
// sector, a log inside a payload) is not a frame. flushedThrough is the highest index that was durable when the frame
// was written: it is what tells damage from a torn tail.
//
// The segment after the last one in use is the spare: its name is durable and it holds only zeros. Rolling over is
// one pwrite of header and frames and one fdatasync, without any directory operation.
//
// # Recovery
//
// Open scans from the segment that holds Options.From and knows as durable: From, KnownDurable, every flushedThrough,
// and all that stands before a sound header. A range of unreadable frames up to there is damage: its bytes stay as
// evidence, its indexes are declared, and the chain starts anew from the hash stored in the next sound frame. Beyond it
// only the unbroken chain counts; what follows is a torn flush and becomes zeros, flushed before any append. A log that
// ends too early goes on in a new segment, behind the last index known durable; what a segment holds at or above the
// first index of a newer one is nobody's.
//
// # Guarantees
//
//   - A frame that Flush reported durable is read back byte for byte, or its index is named in Damage. It is
//     never replaced by anything else and its index is never used again, with one stated limit: rot in the frames
//     of the very last flush looks like a torn tail unless KnownDurable or From says better.
//   - Nothing that was not appended is ever read. Every frame read has passed CRC and chain.
//   - A power cut at any moment, in creation, roll-over, trimming and recovery too, loses nothing durable, provided
//     that the disk writes sectors of 512 bytes whole and that a flush which it reports is one.
//   - After an error the outcome is unknown: the Log is broken and says so to every later call. Open it again; what
//     Open then finds is written once more and flushed, because a page that failed to flush stays readable in the
//     page cache without being on the disk.
//   - Open goes on after any damage. It fails only if the folder can't be used at all or a newer program wrote it.
//   - Commit order is index order: a frame is durable only after all frames before it.
//
// The log detects rot, it doesn't resist a forger: the chain proves order and content to whoever holds a signed hash.
// One process at a time may hold a folder; the caller holds the lock (the journal's bbolt file has one).
//
// It imports nothing of this project, and no third party.
package factlog
