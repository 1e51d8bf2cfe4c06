// Package mqttbroker opens the MQTT brokers that a site file names, for the devices that report to one or are shown things
// through one: LoRaWAN sensors, displays.
//
// Guarantees:
//   - Opening does no I/O. Each opening is a client of its own with a name of its own, so that none throws another out.
//   - Watch ends when its broker is lost, with an error that wraps drivers.ErrOffline; it is for the caller to watch again.
//   - Publish returns when the broker has the message (QoS 1), or with an error that wraps drivers.ErrOffline. Its client
//     connects anew by itself.
//   - TLS is version 1.3, and the broker's certificate is checked against the named authority, or else the machine's.
//
// It imports sync/mqtt and drivers.
package mqttbroker
