package app

import "time"

const (
	// stallMS is how long a vehicle waits for the disk; a decision takes up to 500 ms in all.
	stallMS = 300
	// inboxMax inputs wait for the owner: a second of what 2,000 spots report at worst.
	inboxMax = 4096
	// ordersMax orders wait for one device.
	ordersMax = 64
	// outstandingMax facts wait for a disk that has failed. Behind them the gateway stops deciding.
	outstandingMax = 100_000
	// backOffMax is the longest pause before a failed device or disk is tried again.
	backOffMax = 15 * time.Second
	// refreshEvery is how often displays are shown their face again, so that one that lost power heals.
	refreshEvery = 15 * time.Second
	// changesEvery is how often listeners hear of changes at most.
	changesEvery = 250 * time.Millisecond
)
