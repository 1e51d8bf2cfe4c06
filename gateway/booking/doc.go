// Package booking decides who may have which spot, now and later (FR-4): it holds reservations and passes
// (APDS: AssignedRight), counts what is sold against what there is, and chooses among free spots.
//
//	Allocator     which free spot goes to the next vehicle, by the location's strategy
//	UpgradeOrder  which types may serve a request when its own is full
//	Calendar      how many spots of each type are sold in each quarter of an hour
//	Rules         the times of the location: spot chosen ahead, no-show, early arrival
//	Book          all reservations and passes, and what is due next
//
// Guarantees:
//   - Every reservation that is confirmed or active counts in its window, with or without a spot. The counts
//     never exceed the capacity by what CheckMade and CheckEdited let through.
//   - A reservation is sold by type. Its spot is chosen shortly before it starts.
//   - What is due is said again until it has been done, and after a restart.
//   - A revoked pass stays revoked, in whatever order issue and revocation arrive.
//   - All answers are in a fixed order. The Allocator's operations take O(log n) and allocate nothing.
//
// The Book changes only by its fact-named methods (Made, Edited, Ended …), which never refuse: a fact has
// happened. The Check methods say beforehand whether it may.
//
// Times are UTC milliseconds and arguments. The package has no goroutine and no clock, and imports nothing but
// sync/fact and pure parts of the standard library.
package booking
