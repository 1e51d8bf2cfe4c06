// Package crashtest is a power cut for tests of a store that runs on.
//
// It promises that the copy holds every file that was there throughout, whatever the store makes, renames and removes
// meanwhile. A test that writes while it copies gets files of different moments, so it must hold writers still first.
//
// Only tests import it.
package crashtest
