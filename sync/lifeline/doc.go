// Package lifeline makes TCP connections that notice that nobody hears them: a pulled cable and a machine without power say nothing,
// and the kernel goes on for a quarter of an hour by itself.
//
// It imports nothing of this project.
package lifeline
