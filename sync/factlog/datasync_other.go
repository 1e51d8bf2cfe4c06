//go:build !linux

package factlog

// datasync is the full flush where there is no fdatasync: gateways run Linux, developers may not.
func datasync(f *osFile) error { return f.Sync() }
