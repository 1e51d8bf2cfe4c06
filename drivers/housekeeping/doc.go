// Package housekeeping watches the machine: temperature, supply voltage and throttling, wear of the eMMC, memory, uptime.
//
// It reads what Linux and the firmware of a Raspberry Pi tell in /sys and /proc, as any user may:
//
//	/sys/class/thermal/thermal_zone0/temp                      thousandths of a degree
//	/sys/devices/platform/soc/soc:firmware/get_throttled       hex: bit 0 too little voltage now, 1 to 3 slowed down, 16 and up: ever
//	/sys/class/hwmon/hwmon*/in0_lcrit_alarm                    1: too little voltage now
//	/sys/block/mmcblk*/device/life_time                        hex, tenths of the life of both kinds of cells; 0B is beyond it
//	/proc/meminfo, /proc/uptime
//
// What a machine does not have is left out. parse.go is pure. The simulated machine is a folder of such files. The package
// imports drivers and drivers/poller.
package housekeeping
