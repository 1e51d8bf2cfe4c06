//go:build !linux

package app

// disciplined is not known here.
func disciplined() bool { return false }
