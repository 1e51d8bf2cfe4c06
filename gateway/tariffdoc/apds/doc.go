// Package apds exchanges tariffs with others in the form of APDS 4.0 (ISO TS 5206-1): a RateTable in JSON.
//
// APDS can say amounts, tiers, increments, a maximum, when it resets, tax and validity. It can't say for which hours
// of which days a collection of lines holds, nor for whom, and it leaves open what most disputes are about: whether a
// stay of exactly an hour is within the first hour, whether an increment that has begun is paid in full, whether tiers
// add up or replace each other, whether 24 hours pass or end at the same time of the next day, what resets.
//
//   - Export makes a valid table of every tariff, and lists what it could not say.
//   - The answers to what APDS leaves open go along under the key "gatehouse", which other readers ignore, as APDS asks
//     of them.
//   - Import makes a tariff document of a table, if what is left open is answered, there or by its caller. Else it
//     refuses and names each question with its answers: no amount is ever guessed.
//   - Import of Export prices like the tariff, where Export left nothing out.
//   - Money is a JSON number, as APDS demands, written and read by its digits: no amount passes through a float.
//
// It imports gateway/tariff and sync/fact, and reads no files.
package apds
