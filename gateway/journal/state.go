package journal

import "gatehouse/sync/fact"

// State is what the facts led to, and what the journal keeps beside the log: the lot (gateway/lot). Only the
// goroutine that owns it calls it.
//
// A start loads the live tables and applies the facts behind them. So whatever Apply looks at must be in a live
// table: a fact that changes a record which is archived, and no longer loaded, would have no effect after a restart
// and another one without it. What no fact tells may be in a live table too, as long as Apply never looks at it; a state
// that is rebuilt from the log lacks it.
type State interface {
	// Version numbers the records of the State, and what Apply makes of facts. Records of any other version, older or
	// newer, are not loaded but made anew from the log: they may lack what Apply knows today, and a program that an
	// update was taken back to must open the gates as well.
	Version() uint64
	// Apply folds one fact.
	Apply(fact.Record)
	// Load restores one state record of a table below ArchiveTable, as wire.Marshal encoded it. Records come in
	// the order of table and key, before any Apply.
	Load(table uint8, key string, value []byte) error
	// Dirty yields each state record that changed since the last call, once. A nil value is a record that is
	// gone. The journal encodes the value with wire.Marshal before yield returns and keeps nothing of it.
	Dirty(yield func(table uint8, key string, value any))
}

// ArchiveTable is the first table number of the archive: records that a start doesn't load (closed tickets,
// ended reservations) and that Get finds.
const ArchiveTable = 128

// DrainFacts is how many facts a start or a rebuild applies at most between two calls of Dirty, so that a State
// need not remember more archived records than so many facts make.
const DrainFacts = 256

// changes are state records by entry key. A nil value is a record that is gone.
type changes map[string][]byte

// entryKey orders records by table and key.
func entryKey(table uint8, key string) string { return string([]byte{table}) + key }

func archived(entryKey string) bool { return entryKey[0] >= ArchiveTable }
