// Package drivers holds the contracts between the gateway and its devices, and the Catalog of drivers.
//
// A device is what it can do: one small interface per ability, and a driver implements those that its device
// has. The app starts every device in a goroutine of its own, restarts it with back-off when it returns an
// error, and tells the lot when it goes away and comes back. No driver decides anything.
//
// Guarantees that every driver gives, and drivers/drivertest checks:
//   - Making a driver does no I/O. Running it ends within a second of its context.
//   - An unreachable device is an error from Run, Do, Show …, never a panic and never a reason not to start.
//   - Bytes that make no sense are counted and skipped; they change nothing.
//   - An output makes no edge when it is opened.
//
// It imports sync/fact, and nothing of the hardware: lines and ports come through Host.
package drivers
