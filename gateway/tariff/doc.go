// Package tariff says what a stay costs, and why (FR-6).
//
// A Tariff is data: rules with steps, caps, offers, grace, discounts, taxes, bookings, charging. Nothing is code
// for a site. Each question that price boards answer in two ways is a field with a value for each answer; the file
// format of gateway/tariffdoc, whose REFERENCE.md explains all of them with examples, makes its author choose.
// Quote turns one stay into a Fee whose charges say what, from, to, by which rule, how much, and which cap cut it.
//
// # How a stay is priced
//
//   - Durations are elapsed time (UTC); hours and days are civil time in the tariff's zone. The night of 25 hours
//     costs 25 hours, and 22 to 6 is 22 to 6 on that night too. Days (of caps and anchors) are those of a clock that
//     stands still in an hour that comes twice.
//   - An instant is priced by the first of the rules that applies to it. Units are priced by the rule in force when
//     they start, and count in the cap's window in which they start; prorated time is cut at each edge.
//   - A rule's steps count from its anchor: the entry, where the band begins for the stay, the day, or the entry with
//     units on the clock. Anchored at the entry, a unit goes on over the edges of rules; anchored at the band or the day
//     it ends with them, and so it does at the end of its step and at a restart.
//   - A band is a stretch of a rule's hours: two that meet (06:00 to 06:00 each day) are two, but whole days go on into
//     each other. Anchored at paid time, only time with a price counts, since the entry or since the day began.
//   - An amount is cut to what the fullest of its caps still lets through, and that counts in each: their order in the
//     file means nothing.
//   - Offers price a whole stay, or its beginning, and leave the rest to the rules.
//   - GraceEntry of the turnaround kind makes a short stay free; of the continuous kind it is taken off every stay.
//     Grace.ExitMS is for leaving: see Due. Grace.Late says what it costs to leave later than that.
//   - Discounts of time move the ends of a stay, or take off what a stay of that time would cost by the rules. Fixed prices,
//     money and percent come after everything else but taxes.
//   - A bounded (suspect) stay has a total of at most SuspectMaxMinor, by a charge of its own that is negative.
//   - A stay of more than StayMaxMS is a wrong clock, not a car: what lies beyond costs nothing (TooLong).
//
// # Guarantees
//
//   - Integers only. Amounts are summed in parts of a minor unit in which time prorated over any unit that divides a
//     day is exact, and rounded as Rounding says. What is printed sums to the total, less tax that comes on top.
//   - Quote never fails: nonsense in a tariff (Check names it) is clamped.
//   - The work grows with the bands and cap windows of a stay, not with its minutes. A usual stay allocates nothing but
//     its charges, and not those in QuoteInto.
//   - The same tariff and stay give the same fee on every machine with the same time zone data.
//   - A longer stay costs no less, unless an offer or a step says so (Check warns of the stays that show it).
//
// A Tariff is never written to, and may be used by several goroutines. The package imports sync/fact and pure
// parts of the standard library (of package time: arithmetic, no clock).
package tariff
