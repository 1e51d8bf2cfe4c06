package sim

import (
	"slices"

	"gatehouse/drivers"
	"gatehouse/drivers/column"
)

// columnPeer is a gate's column: the family's simulator on a port, and the world's people before it.
type columnPeer struct {
	*port
	gate  int
	sim   *column.Simulator
	slips int // seen by the people
	show  func(gate int, lines []string, colour drivers.Colour)
	print func(gate int, code string)
}

func newColumnPeer(p *port, gate int) *columnPeer {
	c := &columnPeer{port: p, gate: gate}
	c.sim = column.NewSimulator(c)
	return c
}

// Write answers the gateway, and lets people look at what the order has changed.
func (c *columnPeer) Write(b []byte) (int, error) {
	n, err := c.port.Write(b)
	c.look()
	return n, err
}

func (c *columnPeer) look() {
	colours := []string{drivers.ColourGreen: "GREEN", drivers.ColourYellow: "YELLOW", drivers.ColourRed: "RED"}
	if lines, colour := c.sim.Shown(); colour != "" {
		c.show(c.gate, lines, drivers.Colour(slices.Index(colours, colour)))
	}
	slips := c.sim.Slips()
	for _, slip := range slips[c.slips:] {
		c.print(c.gate, slip.QR)
	}
	c.slips = len(slips)
}
