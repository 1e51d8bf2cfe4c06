// Package spotinput drives spot detectors with a contact: loops in bays, relays of sensors, anything that closes an input
// of the board while a spot is taken. One device has any number of inputs, a spot each.
//
// A state is reported when it changes, and again every half a minute. Bounces are the board's business (debounce_us), and
// gateway/occupancy waits for a state to last. A normally closed contact reads a cut wire as taken, which is the side on
// which a spot may err.
//
// The simulated detector is the board's input itself: drive its line. The package imports drivers.
package spotinput
