// Package api is headquarters' HTTP interface: REST for all locations by the names of the source design, described by
// OpenAPI 3.1, with live events, health, metrics and log-in.
//
// It reads counters, rows and registries where they are, and keeps nothing itself but who may ask (API keys) and what is
// known of locations beside their facts. What it sends down goes by cloud/steer and cloud/sales. Whatever a person changes
// is on record (Store.Audit) before the answer leaves.
//
// What headquarters says of a location is as fresh as its last live message: every answer about now carries asOf and
// stale. Nothing here is on the way of a gate.
//
// A request is named by its Idempotency-Key where it makes something; the thing made keeps the name, so that a repetition
// finds it: a reservation, a rollout, an order. All else is so by nature: doing it twice does it once.
//
// The package imports the store, the registry and the desks that it speaks for; it must not import
// cloud/web or cloud/app.
package api
