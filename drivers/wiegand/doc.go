// Package wiegand drives card readers and keypads with a Wiegand interface, on two inputs of the board.
//
// D0 and D1 are high at rest; a falling edge on one of them is a bit of that value, 1 to 2 ms after the one before. The
// board names both inputs active_low, so that such an edge is an active one. The wires are watched as a Group, which keeps
// the order of their edges; a frame ends when both were silent for silence_ms. Cards of 26, 34 and 37 bits and keypads of
// 4 and 8 bits are told apart by their length (package credentials).
//
// A frame with a wrong parity, of another length, or with edges that the board lost is skipped whole and told as a fault.
// Wiegand is not encrypted, and whoever reaches the wire can record a card: prefer OSDP with a secure channel.
//
// Frame and its Push are pure. Simulator is the other side, on the same codec. The package imports drivers and
// drivers/credentials.
package wiegand
