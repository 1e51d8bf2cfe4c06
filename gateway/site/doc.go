// Package site reads this location's file: its floors, zones, spots and gates, and which driver on which line
// serves them.
//
// The file is TOML, because installers edit it by hand. One reading reports every problem, each with file,
// line, key, what is wrong and what to write. A device that does not answer is no problem of the file. A file
// that can't be used never keeps a gateway from starting: Load falls back to the last file that was good, and
// says so.
//
// Prices are rules in the file, or a tariff document that it names, in the same folder. Either way the lot gets the text
// as well: it goes into the log, and ReadTariff makes the tariff of it again.
//
// Override and WithTariff are the site with what headquarters says in place of some of the file.
//
// It must not open a device, read a clock or know how the lot decides.
package site
