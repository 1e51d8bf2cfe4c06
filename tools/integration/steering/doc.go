// Package steering runs gateways and headquarters in one process, with the certificates, the broker and the TLS that there
// will be between them, and follows what goes down and what comes back: sales and vouchers, documents and their rollouts,
// technicians' edits, commands, adoption. It has no code but its tests, which every run of the suite includes.
package steering
