// Package modbus is Modbus-RTU over the board's serial ports, and Modbus TCP: one codec for the master and for the simulated slaves, and
// buses that devices share.
//
// A frame is slave, function, data and a CRC-16 with its low byte first (Modbus over serial line 1.02); between frames the
// line is silent for 3.5 characters. A reply is believed only if its slave, its function, its length and its CRC fit the
// request that waits for it, wherever in the received bytes it begins; a length is never taken from an unknown function.
//
// Buses finds a Bus by the host and the name of the port, so that two devices of a site share one port: all that ask Buses
// for the same port get the same Bus. Buses is made once, where the catalog is. A Bus opens its port while somebody uses
// it. One goroutine does all transactions: orders (Write, ReadRegisters, ReadBits) go before polls (Run), and a Probe waits
// for a lull between them. A slave that missed or refused three polls is asked on every twentieth sweep only; when all slaves
// of a Run have, Run ends with one fault: that the bus is silent, or what a slave refuses with.
//
// A port may be an address in the network: tcp:// of devices that speak Modbus TCP, rtu+tcp:// of converters that pass RTU
// through. All else is the same.
//
// Every fault has a name and a hint (Fault): no answer, garbage, half a frame, a wrong slave, a late reply, babble, an
// exception, a function that a slave does not know (and which one to write in its place), a silent bus. None of them is a panic
// or a wait without end.
//
// Functions are 1 to 6, and 15 and 16, which write several coils or registers in one frame. Late replies to those say what was
// written no more than late readings say what was read, so that a new one waits until no old reply can come any more.
//
// Simulator is the other side: a wire with slaves and real byte timing, and all of those faults. The package imports
// drivers and drivers/dialog.
package modbus
