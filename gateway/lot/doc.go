// Package lot is the car park as one deterministic state machine: it composes gates, spots, rights and prices
// into decisions.
//
//	out := lot.Step(now, event)
//
// The caller does out.Urgent at once, commits out.Facts durably, then does out.Effects in their order, and
// comes back with a Tick no later than out.WakeMS. Facts that the cloud or a restart needs are in out.Facts;
// nothing else is.
//
// State is of two kinds. What a restart must remember (tickets, assignments, reservations, passes, counts) is
// changed by Apply alone, so that a restart is stored records plus Apply of the facts behind them, and so that
// the cloud can fold the same facts. What a restart must forget (the level of a loop, a running timer, the
// last plate a camera saw) is kept by Step, and starts anew.
//
// One table is of neither kind: what the sensors have learned of the empty spots (TableBaselines). It is stored now and
// then, not with every reading, so that a sensor judges its first reading after a restart instead of taking it for the
// empty spot. No fact tells it: a state made from the log alone lacks it, whoever compares states leaves it out, and
// what it loses is learned again. A baseline that contradicts the site file's empty_mm is dropped.
//
// A ticket is priced by the version of the tariff that was promised at its entry. The log has each version's text, the
// occupancy that surge was frozen at, and every payment, capture, void, refund, waiver and validation: Account is a
// fold over them and the one place that says what is due. Versions are kept until no ticket needs them.
//
// Some vehicles leave and no exit knows on which ticket. What loops and spots say between them decides whose it was
// (departed.go): one that must have left, by elimination; one whose spot has been empty for an hour, and that is on no
// other; all of them, when every spot has been empty for that long. Else a person has to look. Such a conclusion charges
// nothing, and it is taken back for whoever is seen at an exit, or pays.
//
// Guarantees: same configuration, same events, same bytes, on every machine. A spot has at most one
// assignment. Each raise of a barrier has exactly one fact that is its cause. Every refusal is a fact with a
// reason. No step does work in proportion to the number of spots.
//
// It must not import anything that does I/O, reads a clock or starts a goroutine.
package lot
