// Package tariffdoc reads tariffs: TOML written by hand, JSON from the API, with the same names. REFERENCE.md is the
// format for people, Schema for machines, and Examples are real published tariffs in it.
//
// # Why a format of its own
//
// APDS and DATEX II leave open what a price board leaves open: from where an increment counts, whether a maximum
// repeats, whether grace is taken off. Two published tariffs use the same words for opposite rules, so a file that
// does not choose is not read: the error explains both readings, and what to write for each.
//
// # Guarantees
//
//   - A tariff that is read means one thing only. What is left out has the default that REFERENCE.md states, and
//     never one of two usual readings.
//   - All problems of a file are told in one run, with line, caret and what to write instead; JSON has keys instead of
//     lines. Syntax and unknown keys come alone, before the rest.
//   - Any input ends in a tariff or in tomlfile.Problems, never in a panic.
//
// It is the only importer of rickar/cal, whose tables know the public holidays of countries and regions from 2000 to 2060,
// and imports gateway/tariff, sync/tomlfile and sync/fact. It reads no files.
package tariffdoc
