package api

import "time"

const (
	// bodyMax is far more than any request needs.
	bodyMax = 64 << 10
	// streamsMax is how many live streams are open at once; each costs a connection and 20 KB now and then.
	streamsMax = 32
	// streamEvery is the least time between two snapshots of one stream.
	streamEvery = 250 * time.Millisecond
	// ticketsMax bounds lists of tickets.
	ticketsMax = 1_000
	// trendDays is what trends and averages look back on.
	trendDays = 7
	// alertsShown is how many alerts a snapshot carries: a bus that fails takes hundreds of sensors with it.
	alertsShown = 50
	// decisionsShown is how many decisions a snapshot carries.
	decisionsShown = 20
)
