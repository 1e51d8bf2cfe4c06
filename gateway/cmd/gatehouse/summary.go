package main

import (
	"context"
	"errors"
	"fmt"

	"gatehouse/drivers/sim/world"
	"gatehouse/gateway/app"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
)

// day is what a day came to.
type day struct {
	in, out, inside int64
	tickets         int64 // open
	takings         fact.Money
}

// knownOf is the day as the gateway knows it.
func knownOf(l *lot.Lot) day {
	inside := l.Inside()
	known := day{inside: inside.Loops, tickets: inside.Tickets, takings: fact.Money{Currency: l.Config().Currency}}
	for _, hour := range l.Hours(0, 1<<62) {
		known.in += hour.Entries
		known.out += hour.Exits
		known.takings.Minor += hour.RevenueMinor
	}
	return known
}

// trueOf is the day as it was.
func trueOf(truth *world.Truth, currency fact.Currency) day {
	was := day{inside: int64(truth.Inside), tickets: int64(truth.Inside), takings: fact.Money{Currency: currency}}
	for _, through := range truth.Through {
		was.in += int64(through[0])
		was.out += int64(through[1])
	}
	for _, paid := range truth.Payments {
		was.takings.Minor += paid.Amount.Minor
	}
	return was
}

var errArmOnVehicle = errors.New("an arm came down on a vehicle")

// summary compares what the gateway knows with what the simulator knows to be true. Its error is what must not happen
// on any day.
func (d *demo) summary(running *app.App) error {
	var known, was day
	var refused int64
	if err := running.View(context.Background(), func(l *lot.Lot) {
		known = knownOf(l)
		for _, hour := range l.Hours(0, 1<<62) {
			refused += hour.Denied
		}
	}); err != nil {
		return err
	}
	arms := 0
	d.bench.View(func(w *world.World) {
		was = trueOf(w.Truth(), known.takings.Currency)
		arms, _ = w.Truth().ClosesOnPresence()
	})
	printSummary(known, was, refused, arms)
	if arms > 0 {
		return errArmOnVehicle
	}
	return nil
}

// printSummary prints the table.
func printSummary(known, was day, refused int64, arms int) {
	row := func(what string, known, was any) {
		note := ""
		if known != was {
			note = "  differs"
		}
		fmt.Printf("  %-20s %14v %14v%s\n", what, known, was, note)
	}
	fmt.Printf("\n  %-20s %14s %14s\n", "The day", "gateway", "truth")
	row("vehicles in", known.in, was.in)
	row("vehicles out", known.out, was.out)
	row("inside now", known.inside, was.inside)
	row("tickets open", known.tickets, was.tickets)
	row("takings", known.takings, was.takings)
	fmt.Printf("  %-20s %14d\n", "refused", refused)
	fmt.Printf("  %-20s %14s %14d\n\n", "arms on vehicles", "", arms)
}
