// Package simdisk is a simulated factlog.Disk that loses power, fails, lies, rots and stalls: always in the same way
// for the same seed and the same calls.
//
// # Model
//
// A file has the bytes that a reader sees (the page cache) and the bytes that are on the disk. What was written and not
// yet flushed is pending, in sectors of 512 bytes. Cut takes the power away: each pending sector is then found old, new
// or as any write in between left it, whatever became of its neighbours; so is the size. A creation, rename or removal
// is pending in its directory until SyncDir; a cut keeps a prefix or any subset of those.
//
// A flush that fails leaves pages clean: the reader goes on seeing bytes that no later flush will write.
//
// # Guarantees
//
//   - Same seed and same calls, same outcome. No clock, no goroutine, no map order in any result.
//   - Clone copies everything including what is pending, so that one recorded state can meet many cuts.
//   - Each class of fault counts how often it struck (Fired), over all clones: a campaign can prove that it bit.
//
// A Disk may be used by several goroutines; the outcome then depends on their order. It imports only
// gatehouse/sync/factlog, and it is for tests and simulations, not for products.
package simdisk
