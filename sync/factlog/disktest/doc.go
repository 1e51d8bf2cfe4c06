// Package disktest is a disk on which the power fails, that is full, or that fails, for tests of what keeps files
// and runs on.
//
// It promises that a copy holds every file that was there throughout, whatever a running store makes, renames and
// removes meanwhile. A test that writes while it copies gets files of different moments, so it must hold writers still first.
//
// Only tests import it.
package disktest
