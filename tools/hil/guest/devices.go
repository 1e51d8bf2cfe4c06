package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"gatehouse/boards"
	"gatehouse/drivers"
	"gatehouse/drivers/line"
	"gatehouse/drivers/line/gpiochip"
)

// The lines of the board hil that the steps use.
const (
	raiseLine   = 16
	lampLine    = 19
	armingLine  = 6
	closingLine = 7
	spareLine   = 24 // lane2_arming: no device of the site has it
)

var outputLines = []int{16, 17, 18, 19, 20, 21, 22, 23}

// devices is the scenario about lines, ports and the watchdog. Its last step resets the machine.
func devices(s *script) {
	c := openChip()
	lineSteps(s, c)
	s.step("a serial port says what it can't do, and is ours alone", serialPort)
	var g *gateway
	s.step("starting moves no output", func() string { g = startGateway(laneSite); return noEdgeAtStart(c) })
	s.step("a pulse ends in time", func() string { return pulse(c, g) })
	s.step("the loop reaches the gate", func() string { return loop(c, g) })
	s.step("an unset clock is said", func() string { return unsetClock(g) })
	s.step("SIGTERM in a pulse ends it", func() string { return endInAPulse(c, g, syscall.SIGTERM) })
	busSteps(s, c)
	for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGABRT} {
		s.step(fmt.Sprintf("%v in a pulse ends it", signal), func() string {
			c.forget()
			g = startGateway(laneSite)
			return endInAPulse(c, g, signal)
		})
	}
	s.step("a panic in a pulse ends it", func() string { return panicStep(c) })
	s.step("starting again moves no output", func() string { c.forget(); g = startGateway(laneSite); return noEdgeAtStart(c) })
	s.step("a fed watchdog is quiet", func() string { time.Sleep(12 * time.Second); return "12 s with a watchdog of 8 s" })
	fmt.Println("HIL ok all but the last step")
	fmt.Println("HIL the watchdog starves")
	_ = g.command.Process.Signal(syscall.SIGSTOP) // it hangs
	time.Sleep(40 * time.Second)
	fmt.Println("HIL FAILED the watchdog did not reset the machine")
}

// noEdgeAtStart wants all outputs to have been taken with their safe level from the first moment on.
func noEdgeAtStart(c *chip) string {
	time.Sleep(500 * time.Millisecond)
	for _, at := range outputLines {
		if edges := c.edges(at); len(edges) > 0 {
			must(false, "line %d moved: %v", at, edges)
		}
		info := c.info(at)
		must(info.Output && strings.HasPrefix(info.Consumer, "gatehouse:"), "line %d is not ours: %+v", at, info)
		must(!c.high(at), "line %d is high", at)
	}
	return fmt.Sprintf("%d outputs requested low, 0 edges; line %d is %q", len(outputLines), raiseLine, c.info(raiseLine).Consumer)
}

func pulse(c *chip, g *gateway) string {
	c.forget()
	g.open()
	eventually("the pulse ends", func() bool { return len(c.edges(raiseLine)) >= 2 })
	time.Sleep(300 * time.Millisecond)
	width := pulseIsRight(c.edges(raiseLine))
	for _, at := range outputLines[1:] {
		must(len(c.edges(at)) == 0, "line %d moved as well", at)
	}
	return fmt.Sprintf("one pulse of %d ms", width.Milliseconds())
}

// loop drives a vehicle over the arming loop, with a contact that bounces.
func loop(c *chip, g *gateway) string {
	watched(c, armingLine)
	for _, closed := range []bool{true, false} {
		bounce(c, armingLine, closed, 11)
		// The barrier was opened a moment ago: the vehicle is taken for the one that it was opened for, and asks only when
		// that has not driven through for half a minute.
		g.eventually(fmt.Sprintf("a vehicle is seen: %v", closed), func() bool { return g.gate("vehiclePresent") == closed })
	}
	return "seen and gone, by a contact that bounces"
}

// watched waits until the kernel hears the edges of a line, which takes it a moment from calling the line used on. The last
// edge in between would be missed until the next.
func watched(c *chip, at int) {
	eventually(fmt.Sprintf("line %d is watched", at), func() bool { return c.info(at).Used })
	time.Sleep(500 * time.Millisecond)
}

// bounce closes a contact or opens it, by so many movements.
func bounce(c *chip, at int, closed bool, times int) {
	for i := range times {
		c.close(at, closed == (i%2 == 0))
	}
}

func unsetClock(g *gateway) string {
	checks, _ := g.ask("GET", "/healthz", nil)["checks"].([]any)
	for _, check := range checks {
		if fields := check.(map[string]any); fields["id"] == "clock" {
			must(fmt.Sprint(fields["value"]) == "never set since the start", "the clock of the year %d is called %v", time.Now().Year(), fields["value"])
			return fmt.Sprintf("in the year %d: %v", time.Now().Year(), fields["value"])
		}
	}
	panic(failure("no check is about the clock"))
}

// endInAPulse ends the gateway in the middle of a pulse: the line falls at once, and moves no more.
func endInAPulse(c *chip, g *gateway, signal syscall.Signal) string {
	c.forget()
	g.open()
	eventually("the pulse begins", func() bool { return c.high(raiseLine) })
	err := g.end(signal)
	must((err == nil) == (signal == syscall.SIGTERM), "it ended with %v:\n%s", err, g.said())
	if err != nil {
		calmWatchdog()
	}
	return released(c)
}

// calmWatchdog stops the watchdog that a killed gateway has left running, by its magic close: on a machine as slow as this the
// next gateway would not be there in time.
func calmWatchdog() {
	dog, err := os.OpenFile("/dev/watchdog", os.O_WRONLY, 0)
	mustNot(err)
	_, err = dog.WriteString("V")
	mustNot(err)
	mustNot(dog.Close())
}

// released wants all outputs to be nobody's and low, with no edge on the others.
func released(c *chip) string {
	must(!c.high(raiseLine), "the line is high, and whoever raised it has gone")
	time.Sleep(300 * time.Millisecond)
	must(len(c.edges(raiseLine)) <= 2 && !c.high(raiseLine), "it moved again: %v", c.edges(raiseLine))
	for _, at := range outputLines {
		must(!c.high(at) && !c.info(at).Used, "line %d is high, or still taken", at)
		must(at == raiseLine || len(c.edges(at)) == 0, "line %d moved: %v", at, c.edges(at))
	}
	return "low and released, no other edge"
}

// panicInAPulse is the child that panics.
func panicInAPulse() {
	host := openHost()
	raise, err := host.Output("lane1_raise")
	mustNot(err)
	mustNot(raise.Pulse(time.Second))
	panic("as a bug would")
}

func panicStep(c *chip) string {
	c.forget()
	said, err := exec.Command("/guest", "panic").CombinedOutput()
	must(err != nil && strings.Contains(string(said), "as a bug would"), "it ended with %v: %s", err, said)
	edges := c.edges(raiseLine)
	must(len(edges) > 0 && edges[0].high, "there was no pulse: %v", edges)
	return released(c)
}

func openHost() *line.Host {
	board, err := boards.Load("hil")
	mustNot(err)
	host, err := line.Open(board)
	mustNot(err)
	return host
}

// lineSteps are about the package that the gateway reaches its lines with.
func lineSteps(s *script, c *chip) {
	s.step("bounces are one edge", func() string { return debounce(c) })
	s.step("lost edges are counted, and the level is right", func() string { return lostEdges(c) })
	s.step("reading back leaves the direction alone", func() string { return readBack(c) })
	s.step("a line that another program holds names it", busyLine)
	s.step("a chip that was unplugged has its outputs again", func() string { return unplug(c) })
}

func debounce(c *chip) string {
	host := openHost()
	defer host.Close()
	input, err := host.Input("lane2_arming")
	mustNot(err)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	seen := make(chan drivers.Edge, 100)
	go func() {
		_ = input.Watch(ctx, func(active bool, at time.Time) { seen <- drivers.Edge{Active: active, At: at} })
	}()
	must(!(<-seen).Active, "the contact is closed at first")
	began := time.Now()
	bounce(c, spareLine, true, 21)
	time.Sleep(300 * time.Millisecond)
	must(len(seen) == 1, "21 bounces are %d edges", len(seen))
	edge, saw := <-seen, time.Now()
	must(edge.Active, "21 bounces end with an open contact: %+v", edge)
	must(edge.At.After(began.Add(-time.Millisecond)) && edge.At.Before(saw), "dated %v, between %v and %v", edge.At, began, saw)
	return fmt.Sprintf("21 bounces, 1 edge, dated %d ms after the first", edge.At.Sub(began).Milliseconds())
}

// lostEdges makes more edges than the kernel keeps while nobody reads.
func lostEdges(c *chip) string {
	board, err := boards.Load("hil")
	mustNot(err)
	for _, name := range []string{"lane2_arming", "lane2_closing"} {
		input := board.Inputs[name]
		input.DebounceUS = 0
		board.Inputs[name] = input
	}
	host, err := line.Open(board)
	mustNot(err)
	defer host.Close()
	group, err := host.Group([]string{"lane2_arming", "lane2_closing"})
	mustNot(err)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var seen, lost atomic.Int64
	var active atomic.Bool
	reading := make(chan struct{})
	go func() {
		_ = group.Watch(ctx, func(e drivers.Edge) {
			<-reading
			seen.Add(1)
			lost.Add(int64(e.Lost))
			active.Store(e.Active)
		})
	}()
	watched(c, spareLine)
	const made = 3001
	bounce(c, spareLine, true, made)
	close(reading)
	eventually("all edges are accounted for", func() bool { return seen.Load()+lost.Load() >= made })
	time.Sleep(300 * time.Millisecond) // an edge that came while another was on its way is told twice: the last is still to come
	must(lost.Load() > 0 && lost.Load() <= made && active.Load(), "%d seen, %d lost of %d; active %v", seen.Load(), lost.Load(), made, active.Load())
	return fmt.Sprintf("of %d edges %d were seen and %d counted as lost", made, seen.Load(), lost.Load())
}

func readBack(c *chip) string {
	host := openHost()
	defer host.Close()
	lamp, err := host.Output("lane1_lamp")
	mustNot(err)
	mustNot(lamp.Set(true))
	c.forget()
	on, err := host.ReadBack("lane1_lamp")
	mustNot(err)
	must(on && c.high(lampLine) && c.info(lampLine).Output, "on %v, high %v, %+v", on, c.high(lampLine), c.info(lampLine))
	must(len(c.moves(lampLine)) == 0, "the kernel did %v", c.moves(lampLine))
	return "on, still an output, no move"
}

func busyLine() string {
	chips, err := gpiochip.Chips()
	mustNot(err)
	for _, known := range chips {
		if known.Label != chipLabel {
			continue
		}
		held, err := gpiochip.Open(gpiochip.Request{Chip: known, Offsets: []int{raiseLine}, Consumer: "a pump"})
		mustNot(err)
		defer held.Close()
	}
	host := openHost()
	defer host.Close()
	_, err = host.Output("lane1_raise")
	must(errors.Is(err, gpiochip.ErrBusy) && strings.Contains(err.Error(), `"a pump"`), "error %v", err)
	return err.Error()
}

// serialPort opens a port for RS-485, which the UART of this machine can't do, and one without.
func serialPort() string {
	host := openHost()
	defer host.Close()
	_, refused := host.Serial("serial0", drivers.SerialMode{Baud: 19200})
	must(errors.Is(refused, drivers.ErrSettings) && strings.Contains(refused.Error(), `rs485 = "auto"`), "RS-485: %v", refused)
	port, err := line.OpenSerial("/dev/ttyS1", drivers.SerialMode{Baud: 19200})
	mustNot(err)
	defer port.Close()
	_, err = line.OpenSerial("/dev/ttyS1", drivers.SerialMode{Baud: 9600})
	must(errors.Is(err, line.ErrPortBusy), "opened a second time: %v", err)
	return refused.Error()
}
