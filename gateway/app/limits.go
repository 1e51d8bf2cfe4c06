package app

import "time"

const (
	// stallMax is how long a vehicle waits for the disk; a decision takes up to 500 ms in all.
	stallMax = 300 * time.Millisecond
	// submitMax is how long a command waits for the disk before its outcome is called unknown.
	submitMax = 10 * time.Second
	// viewMax is the same for those who only read.
	viewMax = 2 * time.Second
	// stopMax is how long an end waits for the disk. What a service manager grants is longer.
	stopMax = 10 * time.Second
	// lastOrdersMax is how long devices have at the end to carry out what was decided last; devicesStopMax how long
	// they may then take to end: a driver promises a second.
	lastOrdersMax  = time.Second
	devicesStopMax = 2 * time.Second

	// inboxMax inputs wait for the owner: a second of what 2,000 spots report at worst.
	inboxMax = 4096
	// ordersMax orders wait for one device.
	ordersMax = 64
	// outstandingMax commits wait for a disk that has failed: days of a busy lot, some 100 MB. Behind them commands
	// and reads are refused; vehicles never are.
	outstandingMax = 100_000

	// backOffMax is the longest pause before a failed device or disk is tried again; watchPause and mendPause are the
	// first ones.
	backOffMax = 15 * time.Second
	watchPause = time.Second
	mendPause  = 250 * time.Millisecond
	// steadyFor is how long a device must have worked for its next failure to be a first one.
	steadyFor = time.Minute
	// headStart is how long the first orders wait for the watcher of the same device, which opens its port.
	headStart = 300 * time.Millisecond

	// refreshEvery is how often displays are shown their face again, so that one that lost power heals, and how often
	// a device that is not known to answer is asked whether it does.
	refreshEvery = 15 * time.Second
	// askEvery is how often a printer or a barrier's relay is asked that answered last.
	askEvery = time.Minute
	// changesEvery is how often listeners hear of changes at most.
	changesEvery = 250 * time.Millisecond
)
