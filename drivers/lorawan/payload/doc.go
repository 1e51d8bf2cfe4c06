// Package payload decodes what LoRaWAN parking and distance sensors send: bytes and a port in, named fields out.
//
// A device is a Device of the table in devices.go, found by its name in any usual spelling. It knows the whole family of
// frames of its maker: start-up, heartbeat, status, replies to a configuration, errors, every channel of a list of
// channels. The layouts are facts from public documents and decoders, named in the file of each maker.
//
// Field names carry their unit last: distance_mm, battery_v, battery_pct, temperature_c. A number is a whole number with
// a count of decimals, never a float. Whatever is cut, unknown or too long is an error that says where, and nothing of it
// is believed; no payload can make a decoder panic.
//
// The package is pure and imports nothing of this project.
package payload
