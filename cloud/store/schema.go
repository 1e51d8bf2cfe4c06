package store

import (
	"strings"

	"gatehouse/cloud/ledger"
)

// schemaVersion rises when a table changes; a store of a newer version is refused.
const schemaVersion = 1

// tables creates everything. BLOB and BIGINT are PostgreSQL's bytea and SQLite's INTEGER by the dialect's replacements.
func tables() []string {
	sums := strings.Join(ledger.SumColumns(), " BIGINT NOT NULL DEFAULT 0, ") + " BIGINT NOT NULL DEFAULT 0"
	return []string{
		`CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value BIGINT NOT NULL)`,
		`CREATE TABLE IF NOT EXISTS locations (location TEXT PRIMARY KEY, name TEXT NOT NULL, zone TEXT NOT NULL, currency TEXT NOT NULL,
			revision BIGINT NOT NULL, round BIGINT NOT NULL, head BIGINT NOT NULL, facts BIGINT NOT NULL, newest_ms BIGINT NOT NULL, newest_hlc BIGINT NOT NULL,
			open0 BIGINT NOT NULL, open1 BIGINT NOT NULL, open2 BIGINT NOT NULL, open3 BIGINT NOT NULL, open4 BIGINT NOT NULL, open5 BIGINT NOT NULL)`,
		`CREATE TABLE IF NOT EXISTS lives (location TEXT, incarnation BIGINT, round BIGINT NOT NULL, applied BIGINT NOT NULL, life BLOB NOT NULL,
			PRIMARY KEY (location, incarnation))`,
		`CREATE TABLE IF NOT EXISTS batches (location TEXT, place BIGINT, kind BIGINT NOT NULL, incarnation BIGINT NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL,
			data BLOB, PRIMARY KEY (location, place))`,
		`CREATE INDEX IF NOT EXISTS batches_by_dot ON batches (location, incarnation, last)`,
		`CREATE TABLE IF NOT EXISTS tickets (location TEXT, ticket TEXT, status BIGINT NOT NULL, plate TEXT NOT NULL, credential BIGINT NOT NULL, priced BIGINT NOT NULL,
			entry_gate TEXT NOT NULL, exit_gate TEXT NOT NULL, reservation TEXT NOT NULL, pass TEXT NOT NULL, tariff TEXT NOT NULL, spot TEXT NOT NULL,
			entered_ms BIGINT NOT NULL, left_ms BIGINT NOT NULL, fee BIGINT NOT NULL, paid BIGINT NOT NULL, owed BIGINT NOT NULL, suspect BIGINT NOT NULL,
			trail BLOB NOT NULL, PRIMARY KEY (location, ticket))`,
		`CREATE INDEX IF NOT EXISTS tickets_open ON tickets (location) WHERE status IN (1, 2, 3)`,
		`CREATE TABLE IF NOT EXISTS reservations (location TEXT, reservation TEXT, user_id TEXT NOT NULL, spot_type BIGINT NOT NULL, plate TEXT NOT NULL,
			start_ms BIGINT NOT NULL, end_ms BIGINT NOT NULL, prepaid BIGINT NOT NULL, spot TEXT NOT NULL, ticket TEXT NOT NULL, status BIGINT NOT NULL,
			trail BLOB NOT NULL, PRIMARY KEY (location, reservation))`,
		`CREATE INDEX IF NOT EXISTS reservations_by_user ON reservations (user_id, location)`,
		`CREATE INDEX IF NOT EXISTS reservations_by_name ON reservations (reservation)`,
		`CREATE TABLE IF NOT EXISTS passes (location TEXT, pass TEXT, user_id TEXT NOT NULL, plate TEXT NOT NULL, card TEXT NOT NULL, spot_type BIGINT NOT NULL,
			from_ms BIGINT NOT NULL, until_ms BIGINT NOT NULL, revoked BIGINT NOT NULL, trail BLOB NOT NULL, PRIMARY KEY (location, pass))`,
		`CREATE TABLE IF NOT EXISTS payments (location TEXT, incarnation BIGINT, seq BIGINT, payment TEXT NOT NULL, ticket TEXT NOT NULL, reservation TEXT NOT NULL,
			amount BIGINT NOT NULL, method BIGINT NOT NULL, reference TEXT NOT NULL, at_ms BIGINT NOT NULL, PRIMARY KEY (location, incarnation, seq))`,
		`CREATE INDEX IF NOT EXISTS payments_by_ticket ON payments (location, ticket)`,
		`CREATE TABLE IF NOT EXISTS hours (location TEXT, day BIGINT, hour BIGINT, boot BIGINT, ` + sums + `, PRIMARY KEY (location, day, hour, boot))`,
		`CREATE INDEX IF NOT EXISTS hours_by_day ON hours (day)`,
		`CREATE TABLE IF NOT EXISTS refusals (location TEXT, day BIGINT, hour BIGINT, boot BIGINT, at_exit BIGINT, reason BIGINT, count BIGINT NOT NULL,
			PRIMARY KEY (location, day, hour, boot, at_exit, reason))`,
		`CREATE TABLE IF NOT EXISTS restatements (location TEXT, day BIGINT, restated_on BIGINT, ` + sums + `, PRIMARY KEY (location, day, restated_on))`,
		`CREATE TABLE IF NOT EXISTS clock_steps (location TEXT, boot BIGINT, hlc BIGINT, step_ms BIGINT NOT NULL, PRIMARY KEY (location, boot, hlc))`,
		`CREATE TABLE IF NOT EXISTS spots (location TEXT, spot TEXT, status BIGINT NOT NULL, at_ms BIGINT NOT NULL, hlc BIGINT NOT NULL, incarnation BIGINT NOT NULL,
			seq BIGINT NOT NULL, PRIMARY KEY (location, spot))`,
		`CREATE TABLE IF NOT EXISTS alerts (location TEXT, kind TEXT, subject TEXT, active BIGINT NOT NULL, at_ms BIGINT NOT NULL, detail TEXT NOT NULL,
			hlc BIGINT NOT NULL, incarnation BIGINT NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (location, kind, subject))`,
		`CREATE TABLE IF NOT EXISTS documents (location TEXT, kind TEXT, key TEXT, revision BIGINT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (location, kind, key))`,
		`CREATE TABLE IF NOT EXISTS aggregators (location TEXT, member TEXT, beat BIGINT NOT NULL, PRIMARY KEY (location, member))`,
		`CREATE TABLE IF NOT EXISTS audit (location TEXT, at_ms BIGINT, tie BIGINT, actor TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL,
			PRIMARY KEY (location, at_ms, tie))`,
	}
}

// folded are the tables that Rebuild empties: those that batches make.
var folded = []string{"lives", "tickets", "reservations", "passes", "payments", "hours", "refusals", "clock_steps", "spots", "alerts"}
