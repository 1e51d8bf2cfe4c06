// Package mqttsign shows the free spots of a floor on displays that listen to an MQTT broker of the site.
//
// The topic is displays/{locationId}/{floorId}, the message retained, so that a display that comes later shows it as well:
//
//	{"available": 12, "total": 120, "status": "green"}
//
// A face is shown once the broker has it. No display answers: one that is unplugged is told by nothing, and shows the last face as
// soon as it is back.
//
// Status is green, yellow or red, or "unknown"; then available is null, and never 0 nor the last count.
//
// parse.go is pure. Simulator is the other side, on the same codec. The package imports drivers and drivers/dialog.
package mqttsign
