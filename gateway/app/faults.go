package app

import "time"

// faulty is a driver that counts what made no sense to it: drivers.Faults.
type faulty interface {
	Skipped() uint64
	Fault() error
}

// tellFaults logs, now and then, that something made no sense to a device's driver, and the last of it.
func (d *device) tellFaults(now time.Time) {
	driver, counts := d.driver.(faulty)
	if !counts || d.broken != nil || now.Sub(d.faultsTold) < refreshEvery {
		return
	}
	skipped := driver.Skipped()
	if skipped == d.faultsKnown {
		return
	}
	d.log.Warn("what a device said made no sense", "device", d.ID, "times", skipped-d.faultsKnown, "last", driver.Fault())
	d.faultsTold, d.faultsKnown = now, skipped
}
