// Package world is a simulated car park: cars and the people in them, arms, loops, cameras, spot sensors and
// terminals. It knows the truth that a gateway has to find out.
//
// Time is an int64 in milliseconds from the start of the plan; the caller moves it:
//
//	for ms, ok := w.Next(); ok; ms, ok = w.Next() {
//		signals = w.Advance(ms, signals[:0])
//		… tell the gateway, and give back what it orders: w.Barrier, w.Face, w.PayOrder …
//	}
//
// A lane is a line. The arm stands at 0 mm, vehicles of the gate's direction drive towards +x, and every edge
// of a loop is computed from where a body begins and ends:
//
//	-15 m        -4 m ===arming=== -1 m    0    0.5 m ==closing== 2.5 m        6 m
//	on the street     stops before the arm ^arm                         out of the lane
//
// Vehicles drive at a constant speed and stop at once; the time it takes to get going is the driver's
// reaction. Nobody overtakes, nobody collides: a queue is as long as its bodies and gaps.
//
// Guarantees: the same plan and the same inputs at the same times give the same signals, on every machine.
// There is no clock, no goroutine, no float and no map iteration here. No car waits for ever: in the end each
// one is parked, gone or turned away, whatever the gateway does.
//
// What is not modelled: acceleration, more than one aisle, people on foot, weather.
//
// It imports the contracts of drivers and the words of sync/fact, nothing else of the tree.
package world
