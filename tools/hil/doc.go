// Command hil tests the real gateway against a real Linux kernel, with hardware that is simulated inside a virtual machine: a
// GPIO chip (gpio-sim), an I2C bus (CUSE), a UART, a watchdog, and a clock that was never set. It needs no KVM and no board;
// `make hil` runs it.
//
//	hil [--kernel DIR] [--only devices|day] [--verbose]
//
// The kernel and what simulates hardware are Debian's, made by .ci/hil-kernel; the virtual machine is QEMU. Inside, the guest
// (tools/hil/guest) drives the contacts and watches what the kernel does to the relays' lines, from outside of the gateway's
// process. Two machines are started, side by side. The time of both is made of instructions and not of this machine's time, so
// that what a step says of milliseconds holds on a busy or a slow machine, and waiting costs nothing:
//
//	devices  no edge on any output at start, exit, panic, SIGABRT and kill -9; a pulse never outlives its maximum;
//	         debounced, dated and lost edges; read-back; a line that is held; RS-485 by the kernel; a magnetometer and a
//	         clock chip on I2C, a chip that is another one, a bus that is stuck and one that goes away; a starved watchdog
//	day      a day of 25 hours
//
// The exit code is 0 if all steps were done and succeeded.
package main
