// Package api is the gateway's door for programs: the REST API of the source design for one location, live
// events, metrics and health. It is typed, publishes OpenAPI 3.1 of itself, and answers errors as
// application/problem+json.
//
// Guarantees: every answer rests on durable facts; every write takes an Idempotency-Key and is carried out at
// most once with it; who may do what is decided by the role of the token shown.
//
// It decides nothing: it turns requests into events of gateway/lot and reads the lot's views through Backend.
package api
