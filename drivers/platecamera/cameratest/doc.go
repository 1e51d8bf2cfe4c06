// Package cameratest is the suite that every driver of a plate camera passes, on the bytes of its own simulated camera:
// the contract of drivers.Camera, every read comes back as it was sent, repetitions are told once, a body that is cut off
// says no other plate, and a camera that is asked for its events is followed, lost and found again.
//
// It imports drivers/drivertest, drivers/platecamera and testing: only tests import it.
package cameratest
