// Package ups watches an uninterruptible supply: a line that says that the mains are lost, and a fuel gauge on I2C; and it
// drives the line by which the supply knows that the gateway still runs.
//
// Which pins these are differs between revisions of the same board (X728 1.3 and 2.0), so all are settings,
// of the site file or of the board's:
//
//	MAX17040   at 36: voltage in registers 02 (12 bits from the left, 1.25 mV), charge in 04 (1/256 percent)
//	INA219     at 40 and up: bus voltage in 02 (from bit 3, 4 mV), voltage over the shunt in 01 (10 microvolts)
//
// The driver decides nothing: it says that the mains are lost and how much is left. A gauge that is away is asked on, and what it
// said last is told as such. The running line is active as long as the
// gateway runs, whatever becomes of the gauge and the other line, and goes to its safe state with it.
//
// gauge.go is pure. Simulator is both gauges. The package imports drivers and drivers/poller.
package ups
