// Package durable replaces small files so that a power cut leaves the old one or the new one, whole.
//
// Guarantees: when Replace returns nil the new file is on the disk under its name. When it fails, the old one or the new one is there, whole.
//
// It imports nothing of this project. The fact log has a writer of its own (sync/factlog), and so have bbolt files.
package durable
