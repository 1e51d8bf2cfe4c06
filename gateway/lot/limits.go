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

const (
	// earlierMax visits are joined to one: a vehicle that comes and goes all day long.
	earlierMax = 20
	// validationsMax discounts are kept for a ticket.
	validationsMax = 8
	// paymentsMax payments are kept for a ticket.
	paymentsMax = 100
	// sessionsMax sessions at chargers and groupsMax user groups are kept for a ticket.
	sessionsMax = 8
	groupsMax   = 8
	// energyMaxWh and currentMaxMA are more than any vehicle draws.
	energyMaxWh  = 2_000_000
	currentMaxMA = 2_000_000
	// couponsMax coupons that were used are remembered: years of a shop that gives out a hundred a day.
	couponsMax = 200_000
)
