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
//   - A floor up to 5 m below an ultrasonic sensor may seem 8 percent nearer or farther within half a day, as 45 degrees
//     make it, and is no car; a car that is 1.1 m high is seen all the same. No thermometer is needed.
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
// # On real bays
//
// Four bays with a magnetometer and a radar, 38,000 rows of five months, about ten minutes apart. The radar is the
// reference, and the field alone is judged. The traces are nobody's to give away, so they are not in this tree; where they
// are, TestReplayOfRealBays in tools/lotctl keeps this table true. Two days calibrate. A change of the reference counts as
// found if the spot makes the same one within 30 minutes, for which one scan of the radar serves; each change of the spot
// counts for one.
//
//	trace     balanced  arrivals found missed false  departures found missed false
//	EL1         0.987               48      1     5                48      1     5
//	EL2         0.994               56      0    19                56      0    19
//	NORM1       0.890              461     31   134               466     26   129
//	BUILDING    0.991               77      0    19                76      1    20
//
// What is missed, of all four together:
//
//	17 arrival   too weak
//	12 departure one row of the reference only
//	 9 departure was taken for free already
//	 4 arrival   in the frost, when ice and snow echo like a car
//	 4 arrival   nothing to be felt
//	 4 arrival   was taken for occupied already
//	 4 departure in the frost, when ice and snow echo like a car
//	 3 arrival   one row of the reference only
//	 3 departure the spot is not as empty as it was
//
// What is too weak moves the field by 1.2 to 2.4 microtesla, as far as cars on the spots beside do: levels that find them
// cost more elsewhere. The frost is also what NORM1's rate is made of: in January its radar sees a car for days together
// over an untouched field, in December none over one that 14 microtesla moved for hours. From the thaw on it is 0.96.
//
// A spot never touches an assignment, a ticket or a count: what a change means is the lot's business.
//
// Times are monotonic milliseconds, confidences are per mille, distances millimetres, fields nanotesla. The
// package has no goroutine, clock, map or float and imports nothing but sync/fact and pure parts of the
// standard library.
package occupancy
