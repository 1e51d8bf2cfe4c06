package main

import (
	"fmt"
	"syscall"
	"time"
)

// day is the scenario of a day of 25 hours, in a machine whose time runs as fast as it can: the clocks go back in the
// night. A vehicle comes in at midnight; each hour the barrier opens once; at the next midnight the vehicle owes 25 hours.
func day(s *script) {
	c := openChip()
	var g *gateway
	ticket := ""
	s.step("a vehicle comes in at midnight", func() string {
		g = startGateway(laneSite)
		until := time.Date(2026, 10, 24, 22, 0, 1, 0, time.UTC)
		time.Sleep(time.Until(until))
		c.close(armingLine, true)
		time.Sleep(time.Second)
		said := g.ask("POST", "/api/v1/entry", map[string]any{"locationId": "yard", "gateId": "in", "licensePlate": "B GH 2026"})
		ticket, _ = said["ticketId"].(string)
		must(ticket != "", "no ticket: %v", said)
		drive(c)
		must(g.gate("passed") == 1.0 && g.gate("pendingGrants") == 0.0 && g.gate("vehiclePresent") == false,
			"one vehicle went through, and the gate says: %v", g.ask("GET", location+"/gates", nil))
		visit := g.ask("GET", "/api/v1/tickets/"+ticket, nil)
		must(visit["status"] == "active", "the ticket is %v", visit)
		return "ticket " + ticket + ", by its passage"
	})
	s.step("the barrier opens each hour for as long as ever", func() string { return hours(c, g) })
	s.step("the day has had 25 hours", func() string {
		time.Sleep(time.Until(time.Date(2026, 10, 25, 22, 59, 50, 0, time.UTC)))
		answer := g.ask("GET", "/api/v1/tickets/"+ticket+"/fee", nil)
		fee, _ := answer["feeMinor"].(float64)
		must(fee > 24_90 && fee <= 25_00, "ten seconds before midnight it owes %v", answer)
		return fmt.Sprintf("at 23:59:50 by the wall it owes %.2f EUR at 1.00 an hour", fee/100)
	})
	s.step("it ends as it should", func() string {
		mustNot(g.end(syscall.SIGTERM))
		return fmt.Sprintf("after %v of the machine's time", time.Now().UTC().Format("2006-01-02 15:04:05"))
	})
}

// drive moves the vehicle from the arming loop over the closing loop, and away.
func drive(c *chip) {
	time.Sleep(2 * time.Second)
	for _, at := range []struct {
		line   int
		closed bool
	}{{closingLine, true}, {armingLine, false}, {closingLine, false}} {
		c.close(at.line, at.closed)
		time.Sleep(2 * time.Second)
	}
}

// hours opens the barrier in the middle of each of 24 hours.
func hours(c *chip, g *gateway) string {
	shortest, longest := time.Hour, time.Duration(0)
	for range 24 {
		time.Sleep(time.Until(time.Now().Truncate(time.Hour).Add(90 * time.Minute)))
		c.forget()
		g.open()
		time.Sleep(2 * time.Second)
		width := pulseIsRight(c.edges(raiseLine))
		shortest, longest = min(shortest, width), max(longest, width)
		fmt.Println(time.Now().UTC().Format("15:04:05"), "a pulse of", width)
	}
	return fmt.Sprintf("24 pulses of %.1f to %.1f ms", float64(shortest.Microseconds())/1000, float64(longest.Microseconds())/1000)
}
