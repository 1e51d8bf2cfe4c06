package lot

// The maxima of a lot, so that nothing grows without end.
const (
	// recentClosedMax closed tickets stay in memory, so that the page and a late payment find them before the
	// next checkpoint has them on disk.
	recentClosedMax = 1_000
	// requestsMax idempotency keys are remembered; a busy lot makes some 20,000 requests a day.
	requestsMax = 50_000
	// hoursMax hours of totals are kept: the five weeks that the dashboard can ask for.
	hoursMax = 24 * 35
	// recentDecisionsMax decisions are kept for the page.
	recentDecisionsMax = 50
	// noteMaxBytes bounds what people and programs write into facts.
	noteMaxBytes = 256
)

// never is a time that does not come.
const never = int64(1)<<62 - 1
