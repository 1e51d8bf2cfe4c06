// Package boards holds one TOML file per carrier board: which line is which relay or contact, its polarity, its
// safe level, how long it may stay on, which device is which serial port or bus, and what the boot partition has to say.
//
// A board is described, not programmed: drivers/line opens what a Board names, and drivers and sites know nothing
// but the names. A file that extends another says only what differs; an entry of the same name replaces the
// base's entry as a whole, and {} takes it away; notes are added. Boards can be joined: pi5-bare+relay-hat-8 is the HAT on a
// Raspberry Pi 5.
//
//	match     what the device tree calls the machine; on another one the board is refused. A name may end in *. A file of
//	          your own may say [].
//	line      one digital line: gpio or header_pin of the board's header, a chip's label and a number, or the kernel's
//	          name of it. On a virtual board: only its name. On a Revolution Pi: variable, its name in PiCtory.
//	output    a relay or a lamp on a line. safe is its level whenever nobody commands it. active_low, here or at the line,
//	          has to be said, true or false, and so has max_on_ms.
//	input     a contact on a line. nc: a normally closed contact, so that an open wire reads as active. Its polarity has
//	          to be said as well.
//	uarts     serial ports with their device path; rs485 says who switches the direction. On a virtual board the simulator
//	          plugs something in.
//	i2c, spi  buses, by their number in /dev. devices of an I2C bus: the chips that the board has on it, each with its address,
//	          what it is, and the gateway's driver that speaks to it, if one does.
//	taken     what is on the header and not for the gateway.
//	power     what the supply gives at 5 V (or volts), what the board and its USB ports take, what each HAT (power.hats) takes,
//	          and what an output gives (output_ma). Where it is not documented, measure says what to do.
//	ups       the uninterruptible supply on the board: its lines, and its fuel gauge on I2C. The driver ups asks for them.
//	watchdog  the timer that resets the machine, and the longest that it can count (max_s). rtc: the clock that survives a
//	          power cut.
//	boot      lines of config.txt and words of cmdline.txt, each with its reason.
//	gpio      (of uarts, i2c, spi, taken) the lines of the header that this takes.
//
// Guarantees:
//   - A Board that Load or Parse returned is consistent: every name it mentions exists, no line and no pin of the header is
//     used twice (but for the data and clock of an SPI bus), nothing is wired to power or to the HAT's identity chip, the
//     header's pins give what is taken from them, every output says how long it may stay on. All problems of a file are
//     reported together, with line and column, and with the header's pin.
//   - Where the header is that of a known chip, the chip's UARTs, I2C and SPI are on the lines that they have, a boot line switches
//     each of them on, no boot line takes a line away, Bluetooth has none of the ports, and no output that is safe when off is on
//     while the chip resets.
//   - Nothing here touches hardware.
//
// It imports sync/tomlfile and nothing else of this project.
package boards
