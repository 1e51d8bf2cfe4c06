// Package sim is a bench: a simulated car park (drivers/sim/world) plugged into a board, so that the real drivers
// hear real bytes and move real, if virtual, relays.
//
//	world  ── edges ──────────►  lines of a line.Chip  ──►  drivers/contact
//	       ◄─ relays ──────────                        ◄──  drivers/relaybarrier
//	       ── frames ─────────►  pseudo terminal       ──►  drivers/ultrasonic, one for each spot
//	       ◄─ orders, answers ►  pseudo terminal       ◄─►  drivers/column, drivers/terminal, drivers/sign
//	       ── JSON by HTTP ───►  /devices/{deviceId}   ──►  drivers/platerecognizer
//
// The devices on the far side are the families' own simulators, or speak by the families' own codecs. Encode gives
// the same bytes without any port, for runs that are faster than time.
//
// The bench moves the world by the clock, up to so many times as fast; the drivers' own times (debounce, pulses,
// time-outs) stay what they are, so that beyond about ten times edges begin to merge, as they would on the street.
// A spot's second sensor has no wire.
//
// It imports the world, boards, drivers/line and the families whose bytes it speaks.
package sim
