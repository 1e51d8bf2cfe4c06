package api

import "time"

const (
	// bodyMax is the largest policy document, as text in JSON.
	bodyMax = 3 << 20
	// streamsMax is how many live streams are open at once.
	streamsMax = 64
	// streamEvery is the least time between two snapshots of one stream: 500 lots speak once a second each.
	streamEvery = time.Second
	// attentionShown is how many things that need a person a snapshot carries.
	attentionShown = 100
	// trendDays is what trends and averages look back on.
	trendDays = 7
	// overlapUsual is for how long an old signing key counts beside the new one, unless somebody says otherwise.
	overlapUsual = 7 * 24 * time.Hour
	// auditShown is how many entries of the audit one answer carries.
	auditShown = 500

	// silentMS is how old a location's last live message may be before it counts as stale.
	silentMS = 60_000
	// outboxWarnMS and outboxFaultMS are ages of facts that headquarters lacks.
	outboxWarnMS  = 15 * 60_000
	outboxFaultMS = 4 * 60 * 60_000
	// certificateDays is how long before its end a certificate needs a look: gateways renew theirs long before.
	certificateDays = 30
	// driftVehicles is by how many vehicles the loops and the tickets of a location may differ.
	driftVehicles = 5
)
