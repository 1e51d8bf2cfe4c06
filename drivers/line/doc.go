// Package line opens what a board names: digital lines, I2C and SPI buses, and serial ports. It implements drivers.Host, and
// is the only importer of periph and tarm/serial.
//
// A Host stands on a real board (Open) or on a virtual one (OpenVirtual), whose lines are a Chip that a simulator
// drives and watches. Real lines are requested from the kernel by package gpiochip and not by periph, whose back end moves
// outputs by itself (see there); periph does the transactions on buses, and PortOf gives a device driver
// of periph its SPI port. There is no gpio.PinIO over a line: no driver of periph that the gateway uses takes a pin (MAX7219 is
// chosen by SPI), and a PinIO may turn from output to input at any call, which an output of ours must not. Nothing here calls
// periph's host.Init, which on an unknown board writes to what is not GPIO, and nothing needs root: the groups gpio, i2c, spi
// and dialout do.
//
// Guarantees for outputs, all of which one goroutine of the Host moves:
//   - When the Host opens, every output of the board gets its safe state in the request itself, without an edge if it has it
//     already. An output that is kept (safe = "keep") stays as it is found until its first command.
//   - Reading an output back never changes its direction.
//   - A pulse ends by a timer of the Host, never later than the board's max_on_ms, and ending it is tried until it
//     works. An output with a max_on_ms takes no level: what may not stay on can't be held.
//   - Outputs that are interlocked are never on together: the second one is refused.
//   - The lines of an expander or a USB chip that was unplugged fail (gpiochip.ErrGone) until it is back, and what was ordered
//     meanwhile is not done then. Within a second they have their safe state again, by a request as at the start: what is kept
//     stays as it is found, but for the rest of a pulse. Until then an output that was on counts as on.
//   - Closing an output, and closing the Host, makes it safe. Nothing in a process survives its death: then the kernel lets go
//     of the line (on a Raspberry Pi only with dtparam=strict_gpiod, which the board files have), and the wiring must be safe.
//
// Guarantees for inputs: the kernel debounces by the board's debounce_us, dates each edge (the time is that of the edge, not
// of its being read), and numbers it. No edge is missed while a thousand fit into the kernel's buffer; then the newest are
// kept, a Group says how many were lost, and an Input goes on with the level. Besides, the level is looked at every ten seconds.
//
// Guarantees for buses: one goroutine for each, one transaction at a time. No call lasts longer than 800 ms, whatever a device
// does to the wires; what a bus fails with is named, with a hint (ErrBusStuck, ErrNoAnswer, ErrBusAbsent, ErrBusAccess). A
// bus that was gone is opened again when it is next used. On a bus with multiplexers (PCA9548) one channel of one of them is
// connected at a time, and none while a chip on the bus itself is used; see package pca9548. When the Host closes, none is.
//
// Guarantees for serial ports: Read returns (0, nil) when nothing came for a tenth of a second, and an error that wraps
// drivers.ErrOffline after a hang-up; neither Write nor Close blocks for long. No other program that heeds locks has the port
// meanwhile. The direction of an RS-485 transceiver is switched by itself or by the kernel, never by this process.
//
// A Revolution Pi (picontrol) has no such lines: inputs are read from its process image every five milliseconds, and what
// becomes of outputs when this process dies is the module's output watchdog, set in PiCtory. The lines of a module that drops off
// the PiBridge fail (ErrModuleSilent), and so do all while the bridge stands still (ErrBridgeStopped): what the image said last
// is no reading, and what was commanded meanwhile is not done when the module is back. Twenty failed exchanges count, a fraction
// of a second; until the kernel says with which module, which takes some seconds more, the others are not believed either.
//
// What another program holds is ErrOffline as well, with the name of the holder where the kernel knows it.
//
// It imports drivers, drivers/pca9548 and boards.
package line
