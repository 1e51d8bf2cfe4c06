package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"gatehouse/drivers/magnetic"
	"gatehouse/drivers/rtc"
)

// The I2C buses of the machine, each simulated by a child of its own: a process must not wait for a device that it serves.
const (
	goodBus  = 1 // a QMC5883L under spot B01, an HMC5883L under B03, and a clock chip
	wrongBus = 3 // a QMC5883L where the site file says HMC5883L, as it was sold

	qmcAddress   = 0x0D
	hmcAddress   = 0x1E
	clockAddress = 0x68
)

// serveBus is the child that is a bus. Each line of its input is a field in nanotesla, and 1 if the clock had stopped.
func serveBus(number int) {
	qmc, hmc, clock := magnetic.NewSimulator("qmc5883l"), magnetic.NewSimulator("hmc5883l"), &rtc.Simulator{}
	go func() {
		for {
			var fieldNT [3]int32
			var stopped int
			if _, err := fmt.Fscan(os.Stdin, &fieldNT[0], &fieldNT[1], &fieldNT[2], &stopped); err != nil {
				return
			}
			qmc.Set(fieldNT, 2000)
			hmc.Set(fieldNT, 2000)
			clock.Stop(stopped == 1)
		}
	}()
	err := serveI2C(number, func(address uint16, write, read []byte) error {
		switch {
		case address == qmcAddress:
			return qmc.Tx(write, read)
		case address == hmcAddress && number == goodBus:
			return hmc.Tx(write, read)
		case address == clockAddress && number == goodBus:
			return clock.Tx(write, read)
		}
		return errors.New("nobody has this address")
	})
	fmt.Println(err)
	os.Exit(1)
}

// busChild is a bus that is there as long as its process is.
type busChild struct {
	process *exec.Cmd
	input   io.Writer
}

func startBus(number int) *busChild {
	b := &busChild{process: exec.Command("/guest", fmt.Sprintf("bus%d", number))}
	b.process.Stdout = os.Stdout
	input, err := b.process.StdinPipe()
	mustNot(err)
	b.input = input
	mustNot(b.process.Start())
	path := fmt.Sprintf("/dev/i2c-%d", number)
	eventually(path+" appears", func() bool { found, _ := filepath.Glob(path); return len(found) == 1 })
	return b
}

// end takes the bus away.
func (b *busChild) end() {
	_ = b.process.Process.Kill()
	_ = b.process.Wait() // killed
}

// set makes the field, whose vertical part alone is told, and says whether the clock had stopped.
func (b *busChild) set(verticalNT int, stopped bool) {
	_, err := fmt.Fprintf(b.input, "17000 -900 %d %d\n", verticalNT, map[bool]int{true: 1}[stopped])
	mustNot(err)
}

// The vertical field of the empty spot, and with a car on it.
const (
	emptyNT = 43_000
	carNT   = 30_000
)

// spotIs waits for what the API says of a spot.
func (g *gateway) spotIs(number, status string) {
	spots := map[string]any{}
	g.eventually("spot "+number+" is "+status, func() bool {
		all, _ := g.ask("GET", location+"/floors/F1/spots", nil)["spots"].([]any)
		for _, one := range all {
			if spot := one.(map[string]any); spot["spotNumber"] == number {
				spots = spot
			}
		}
		return spots["status"] == status
	})
}

// alerted waits for an alert about a device, or for its end, and returns what it says.
func (g *gateway) alerted(device, words string, there bool) (what string) {
	g.eventually(fmt.Sprintf("an alert about %s says %q: %v", device, words, there), func() bool {
		what = ""
		alerts, _ := g.ask("GET", location+"/alerts", nil)["alerts"].([]any)
		for _, one := range alerts {
			if alert := one.(map[string]any); alert["code"] == "device_offline" && alert["where"] == device {
				what, _ = alert["what"].(string)
			}
		}
		return (what != "") == there && strings.Contains(what, words)
	})
	return what
}

// checked is what the gateway's health says of something.
func (g *gateway) checked(id string) string {
	checks, _ := g.ask("GET", "/healthz?verbose", nil)["checks"].([]any)
	for _, one := range checks {
		if check := one.(map[string]any); check["id"] == id {
			return fmt.Sprint(check["value"])
		}
	}
	return ""
}

// busSteps are about devices on I2C buses of the kernel's, with a gateway of their own: simulating buses is much work for such
// a machine.
func busSteps(s *script, c *chip) {
	var good, wrong *busChild
	var g *gateway
	s.step("with devices on I2C starting moves no output", func() string {
		write(busesSite, read(laneSite)+"\n"+read("/buses.toml"))
		good, wrong = startBus(goodBus), startBus(wrongBus)
		c.forget()
		g = startGateway(busesSite)
		return noEdgeAtStart(c)
	})
	s.step("a car on a magnetometer's spot is seen", func() string { return parked(g, good) })
	s.step("an HMC5883L that is a QMC5883L is named", func() string { return g.alerted("b02", "sold as an HMC5883L; write chip", true) })
	s.step("a clock chip says that it had stopped", func() string { return stoppedClock(g, good) })
	s.step("a stuck bus is named and heals", func() string { return stuckBus(c, g, good) })
	s.step("a bus that goes away is named and comes back", func() string {
		defer wrong.end()
		said, again := deadBus(c, g, good)
		again.end()
		mustNot(g.end(syscall.SIGTERM))
		return said
	})
}

// parked has a car come and go over two magnetometers that the gateway measures.
func parked(g *gateway, good *busChild) string {
	for _, step := range []struct {
		verticalNT int
		status     string
	}{{emptyNT, "available"}, {carNT, "occupied"}, {emptyNT, "available"}} {
		good.set(step.verticalNT, false)
		g.spotIs("B01", step.status)
		g.spotIs("B03", step.status)
	}
	return fmt.Sprintf("by a QMC5883L and an HMC5883L: a car changes %d nT to %d", emptyNT, carNT)
}

// stoppedClock asks a clock chip on the same bus, before and after its battery was empty.
func stoppedClock(g *gateway, good *busChild) string {
	g.eventually("the chip has run", func() bool { return strings.Contains(g.checked("clock-chip/stopped"), "without a stop") })
	good.set(emptyNT, true)
	g.eventually("the chip had stopped", func() bool { return strings.Contains(g.checked("clock-chip/stopped"), "had stopped") })
	return g.checked("clock-chip/stopped")
}

// stuckBus has the bus hang in the middle of a transaction, and go on: it is named, and nothing moves but the spot's state.
func stuckBus(c *chip, g *gateway, good *busChild) string {
	c.forget()
	mustNot(good.process.Process.Signal(syscall.SIGSTOP))
	said := g.alerted("b01", "the bus is stuck", true)
	g.spotIs("B01", "unknown")
	mustNot(good.process.Process.Signal(syscall.SIGCONT))
	g.alerted("b01", "", false)
	g.spotIs("B01", "available")
	noOutputMoved(c)
	return said
}

// deadBus takes the bus away, as a driver of the kernel's that is unloaded does, and brings it back.
func deadBus(c *chip, g *gateway, good *busChild) (said string, again *busChild) {
	c.forget()
	good.end()
	said = g.alerted("b01", "i2c1", true)
	again = startBus(goodBus)
	g.alerted("b01", "", false)
	g.spotIs("B01", "available")
	noOutputMoved(c)
	return said, again
}

func noOutputMoved(c *chip) {
	for _, at := range outputLines {
		must(len(c.moves(at)) == 0, "line %d moved: %v", at, c.moves(at))
	}
}
