// Package occupancy turns the readings of a spot's sensors into the state of the spot, with a confidence
// (FR-1, APDS: Observation).
//
// A sensor reports values: a distance, a magnetic field, or a plain yes. Each value is compared with what that
// sensor reports of the empty spot (its baseline) and becomes an opinion with a confidence. The opinions of one
// or two sensors make the belief about the spot. A belief that differs from the spot's state must hold for the
// debounce time; then it is the state, and Read or Tick returns the Change.
//
// Guarantees:
//   - The last edge always wins. A value is never dropped because another came shortly before it; it only has
//     to hold. Tick confirms it without a further reading.
//   - Once the readings are truthful and steady, and the baseline is right, the state is the truth after
//     Config.SettleMS, whatever came before.
//   - A spot without a sensor that can be believed is unknown. Unknown is never turned into available by the
//     lack of a reading; interference and missing echoes never speak for a free spot.
//   - A baseline moves only while the spot is clearly free, at a bounded rate and within a bounded distance from
//     where it was learned: it follows the weather and never learns a parked car.
//   - For a field, what temperature makes of the empty spot's field is learned too, and how far that can be trusted.
//     The levels are wider by the doubt, so that a cold start or a long stay under a car makes no false car; but a
//     spot under a weak car is free only when the field comes clearly nearer than that car left it.
//   - The lines on which the empty spot's field is restless (a neighbour, a charging current, the sun) are learned, and
//     along them a field counts for less, but for no less than 45 percent of its length.
//   - An empty spot's field that has moved for good (a steel plate beside it, a sensor turned) is found again: cars
//     come and go, and between them the field returns to the same place.
//   - Every Change says its Cause and the raw value that decided. A Moment is the whole of a spot: from there on, the
//     same readings and ticks play back to the same changes, bit for bit.
//   - The state is a function of the calls: same readings and ticks, same changes. More ticks than asked for
//     change nothing. No call allocates.
//
// A spot never touches an assignment, a ticket or a count: what a change means is the lot's business.
//
// Times are monotonic milliseconds, confidences are per mille, distances millimetres, fields nanotesla. The
// package has no goroutine, clock, map or float and imports nothing but sync/fact and pure parts of the
// standard library.
package occupancy
