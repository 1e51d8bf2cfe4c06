// Package tariff says what a stay costs, and why (FR-6).
//
// A Tariff is data: rules by spot type, day type and hours of the day, as in the source design's pricing_rules.
// Quote turns one stay into a Fee whose charges tile the stay: what, from, to, by which rule, how much.
//
// # How a stay is priced
//
//   - Durations are elapsed time (UTC); hours and days of rules are civil time in the tariff's zone. The night of
//     25 hours costs 25 hours, and 22 to 6 is 22 to 6 on that night too.
//   - The rule of an instant is looked up at that instant, never at entry: of the valid rules of the spot type
//     (only if there is none, of type any) with the instant's civil day and hour, the one of the highest priority;
//     of these one with a day type of its own before one for any day; of these the first in the list.
//   - An instant has the day type of its own civil date: holiday if it is listed, else weekday or weekend. Hours
//     22 to 6 on weekdays are Friday 22 to 24, and Saturday 0 to 6 belongs to the weekend.
//   - An instant without a rule costs nothing and says so (NoRule); Check finds such gaps before a driver does.
//   - StartedUnitMS 0 prices time exactly. Otherwise units are counted from entry, each started one costs in
//     full, and by the rule in force when it starts.
//   - FirstHourFree: the time, or the units that start, under the rule within the first elapsed hour of the stay
//     cost nothing.
//   - A day is 24 elapsed hours counted from entry. Each day costs no more than MaxDailyMinor of the rule in
//     force at the moment that day starts, whatever follows within it: a stay that starts on Sunday keeps Sunday's
//     maximum for 24 hours. If that rule has none (0), the first rule that comes into force within the 24 hours
//     and has one decides, so that coming a minute before the paid hours costs no more than coming in them.
//     25 hours at 5.00 with a maximum of 20.00 cost 25.00.
//   - GraceEntryMS is for turning round: a stay no longer than it is free, a longer one is paid from its start.
//   - GraceExitMS is for leaving: see Due.
//   - A bounded (suspect) stay has a total of at most SuspectMaxMinor, by a charge of its own that is negative.
//   - Tax is on the sum of the charges, or contained in it (TaxIncluded), in thousandths.
//   - A stay of more than StayMaxMS is a wrong clock, not a car: what lies beyond costs nothing (TooLong).
//
// # Guarantees
//
//   - Integers only. A charge is exact and rounded once, half up, to a minor unit; the total is the sum of the
//     printed charges and, if it is not contained in them, the tax, rounded once, half up.
//   - A longer stay never costs less.
//   - Quote never fails: nonsense in a tariff (Check names it) is clamped, and costs nobody more.
//   - The work grows with the days of a stay, not with its minutes; days alike share their charges.
//   - The same tariff and stay give the same fee on every machine with the same time zone data.
//
// A Tariff is never written to, and may be used by several goroutines. The package imports sync/fact and pure
// parts of the standard library (of package time: arithmetic, no clock).
package tariff
