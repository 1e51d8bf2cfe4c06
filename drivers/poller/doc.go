// Package poller looks at conditions again and again, and reports those that have changed.
//
// It imports drivers.
package poller
