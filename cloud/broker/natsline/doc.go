// Package natsline speaks the little of NATS' protocol that it takes to ask a server in the same process: messages, and questions
// to JetStream's API. It knows nothing of the server but the connection that it is given, and imports nothing of the library.
package natsline
