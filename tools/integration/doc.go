// Package integration runs gateways and headquarters as they will run: real processes with real disks and certificates,
// over a network that is cut and with kills at any moment. It has no code but its tests, which do nothing unless
// GATEHOUSE_INTEGRATION is set (make integration).
//
// What must hold at the end of each: every command that a gateway had answered is in its log exactly once, headquarters
// has as many facts as the logs hold, and headquarters' rows are the fold of the gateways' logs, by digest.
//
// The network is cut where the kernel does it (network namespaces), or by a proxy where that isn't allowed.
package integration
