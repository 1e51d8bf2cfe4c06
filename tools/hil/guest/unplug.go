package main

import (
	"context"
	"errors"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/line/gpiochip"
)

// chipLive takes the simulated chip away from the kernel, as unplugging does, and gives it back.
const chipLive = "/sys/kernel/config/gpio-sim/lot/live"

// unplug takes the chip away under outputs that are held, one of them on, and gives it back.
func unplug(c *chip) string {
	defer c.forget() // what the next step does not mean
	host := openHost()
	defer host.Close()
	lamp, err := host.Output("lane1_lamp")
	mustNot(err)
	raise, err := host.Output("lane1_raise")
	mustNot(err)
	mustNot(lamp.Set(true))
	write(chipLive, "0")
	gone := lamp.(drivers.Prober).Probe(context.Background())
	must(errors.Is(gone, gpiochip.ErrGone) && errors.Is(gone, drivers.ErrOffline), "unplugged, the lamp says %v", gone)
	err = raise.Pulse(time.Second)
	must(errors.Is(err, gpiochip.ErrGone), "unplugged, it was raised with %v", err)
	write(chipLive, "1")
	*c = *openChip()
	c.forget()
	eventually("the outputs are ours again", func() bool { return c.info(lampLine).Used && c.info(raiseLine).Used })
	must(!c.high(lampLine) && !c.high(raiseLine), "lamp %v, raise %v: they should be safe", c.high(lampLine), c.high(raiseLine))
	must(len(c.edges(lampLine)) == 0 && len(c.edges(raiseLine)) == 0, "they moved: %v, %v", c.edges(lampLine), c.edges(raiseLine))
	mustNot(lamp.Set(true))
	must(c.high(lampLine), "the lamp is not on")
	mustNot(raise.Pulse(100 * time.Millisecond))
	eventually("the pulse ends", func() bool { return len(c.edges(raiseLine)) >= 2 })
	return gone.Error()
}
