// Package rtc watches the machine's clock chip, such as a DS3231 that the kernel owns (dtoverlay=i2c-rtc,ds3231).
//
// It reads /sys/class/rtc/{clock}/since_epoch and compares it with the system's clock. A chip that the kernel does not own can
// be asked on its bus whether it stopped: status register 0F, bit 7 (OSF), at address 68.
//
// The simulated clock is a folder with that file, and a Simulator on a bus. The package imports drivers and drivers/poller.
package rtc
