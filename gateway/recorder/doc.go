// Package recorder writes down what sensors told the gateway, so that what it made of it can be looked into later:
// `lotctl sensor replay --trace FILE --spot SPOT` plays a recorded file through the same detector, which makes the same
// state changes again, with the same confidence and reason.
//
// A recording is a ring of CSV files in one folder, readings-000001.csv and on, of bounded size in all; the oldest goes
// first. Their columns are those of Header. Before a spot's first row in each file there is one of kind "begin", whose
// says is an occupancy.Moment in base64: what the spot was, learned and was configured as. Each file therefore stands for
// itself. A row of kind "tick" is time passing: a debounce or a silence that ran out. The times of a file go on evenly,
// from what the wall clock said when it began.
//
// Guarantees:
//   - Hear never waits for a disk. What is not written yet is bounded; behind a disk that is too slow, rows are dropped
//     and counted, and the spot begins anew, so that what was dropped falsifies nothing.
//   - The folder never holds more than Options.MaxBytes of recordings, and nothing else in it is touched.
//   - A disk that fails is tried again, and costs nothing but the recording. Nothing is flushed to the disk.
//
// It must not import the lot: the shell hands it what it hears.
package recorder
