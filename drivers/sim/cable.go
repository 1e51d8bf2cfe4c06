package sim

// Cable is a pseudo terminal for a program that simulates a device of its own: what it reads and writes is the device's
// side.
type Cable struct{ port *port }

// Plug makes a cable.
func Plug() (Cable, error) {
	p, err := plug()
	return Cable{p}, err
}

// Path is the serial device that a driver opens.
func (c Cable) Path() string { return c.port.path }

// Read waits for bytes from the driver.
func (c Cable) Read(b []byte) (int, error) { return c.port.Read(b) }

// Write sends bytes; those that nobody takes are lost, as on a cable.
func (c Cable) Write(b []byte) (int, error) { return c.port.Write(b) }

// Close takes the cable away.
func (c Cable) Close() error {
	c.port.close()
	return nil
}
