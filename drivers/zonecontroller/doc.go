// Package zonecontroller drives what watches spots on an RS-485 bus by Modbus-RTU: zone controllers with dozens of sensors
// each, and single distance sensors.
//
// They differ in registers, units and codes, and in nothing else, so a device is a profile: a TOML file in profiles, or the
// installer's own (the setting profile is then its path). A profile says what to read, and how that maps to spots: a bit
// each, a value each, or a distance each.
//
// One device of the site has any number of slaves of one profile on one bus (modbus.Buses), each with the same number of
// spots: channel 0 is the first spot of the first slave. A state is reported when it changes and every half a minute; a
// distance whenever it is read. A slave that does not answer is silent, which makes its spots unknown in due time
// (gateway/occupancy); if none answers, the device is away.
//
// Simulator is modbus.Simulator, with slaves that Profile.Show sets. The package imports drivers, drivers/modbus and
// sync/tomlfile.
package zonecontroller
