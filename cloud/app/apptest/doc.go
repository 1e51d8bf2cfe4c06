// Package apptest is a gateway for tests and measurements of headquarters: it enrols, speaks the protocol over MQTT with
// TLS, and sends the facts of a plausible car park (sync/traffic) until headquarters has acknowledged them.
//
// Its protocol is the simplest that is right: Hello, a few batches from the mark of the answer, and Hello again whenever
// nothing is heard. It keeps all its facts in memory. The real gateway's is sync/outbox with sync/uplink.
package apptest
