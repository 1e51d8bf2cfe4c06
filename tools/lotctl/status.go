package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"gatehouse/gateway/api"
)

type statusCommand struct {
	gatewayFlags `embed:""`
	JSON         bool `name:"json" help:"Print one JSON object."`
}

// status is what lotctl status --json prints.
type status struct {
	Location api.Place   `json:"location"`
	Gates    []api.Gate  `json:"gates"`
	Alerts   []api.Alert `json:"alerts"`
}

// Run shows the car park at a glance.
func (c statusCommand) Run(out io.Writer) error {
	place, path, err := c.here()
	if err != nil {
		return err
	}
	var gates api.Gates
	var alerts api.Alerts
	if err := errors.Join(c.get(path+"/gates", &gates), c.get(path+"/alerts", &alerts)); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(out, status{place, gates.Gates, alerts.Alerts})
	}
	fmt.Fprintf(out, "%s (%s): %d of %d spots free", place.Name, place.Location, place.Totals.Available, place.Spots)
	if n := place.Totals.Unknown; n > 0 {
		fmt.Fprintf(out, ", %d not known", n)
	}
	fmt.Fprint(out, "\n\n")
	if err := printGates(out, gates.Gates, civilTime(place)); err != nil {
		return err
	}
	fmt.Fprintln(out)
	printAlerts(out, alerts.Alerts, civilTime(place))
	return nil
}

// printGates prints a line for each gate.
func printGates(out io.Writer, gates []api.Gate, times civil) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "GATE\tSTATE\tARM\tLOOPS\tPASSED\tWITHOUT\tLAST DECISION")
	for _, g := range gates {
		arm := g.Arm
		if g.ArmSight != "seen" {
			arm += " (" + g.ArmSight + ")"
		}
		last := "none yet"
		if g.Last != nil {
			last = g.Last.At.In(times.zone).Format(time.TimeOnly) + " " + g.Last.Words
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s, %s\t%d\t%s\t%s\n", g.ID, g.State, arm, g.ArmingLoop, g.ClosingLoop, g.Passed,
			strings.Join(g.Without, " "), last)
	}
	return table.Flush()
}

// besideWord is the room below the word for how bad something is.
const besideWord = "         "

// printAlerts prints what needs a person, the worst first, each with what to do.
func printAlerts(out io.Writer, alerts []api.Alert, times civil) {
	if len(alerts) == 0 {
		fmt.Fprintln(out, "Nothing needs a person.")
	}
	for _, a := range alerts {
		since := ""
		if a.Since != nil {
			since = " (since " + times.text(a.Since) + ")"
		}
		fmt.Fprint(out, folded(a.What+since, fmt.Sprintf("%-8s ", a.Severity), besideWord), folded(a.Do, besideWord, besideWord))
	}
}
