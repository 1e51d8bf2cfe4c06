// Package lorawan drives LoRaWAN parking and distance sensors behind a network server, by MQTT: ChirpStack v4 or The Things
// Stack v3.
//
// The uplinks of the application come on application/{applicationId}/device/{devEui}/event/up, or on
// v3/{application}@{tenant}/devices/{device}/up, as JSON with the sensor's own bytes in base64. Those bytes are decoded
// here (package payload), never the server's decoded object: a codec that somebody edits on a server must not move a
// car. Which sensor watches which spot is in the settings.
//
// Radio repeats and delays: an uplink counts once, by the sensor and its frame counter, and one that is older than the
// last is not believed, also after the connection to the broker was lost in between. A heartbeat says that the sensor
// lives, and nothing of the spot; what a sensor's silence means is decided in gateway/occupancy.
//
// Simulator is the other side: it publishes the frames that sensors send. The package imports drivers and its own payload.
package lorawan
