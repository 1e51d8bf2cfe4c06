package main

import (
	"errors"
	"fmt"
	"io"

	"gatehouse/gateway/api"
	"gatehouse/gateway/lot"
)

type doctorCommand struct {
	gatewayFlags `embed:""`
	JSON         bool `name:"json" help:"Print one JSON object."`
}

// examination is what lotctl doctor --json prints.
type examination struct {
	Status string      `json:"status"` // ok, or the worst of all
	Checks []api.Check `json:"checks"`
	Alerts []api.Alert `json:"alerts"`
}

// errUnwell ends a doctor's visit to a gateway that has a fault.
var errUnwell = errors.New("the gateway has faults")

// Run looks at every check and alert of a gateway. A fault makes it end as what was looked at is wrong.
func (c doctorCommand) Run(out io.Writer) error {
	place, path, err := c.here()
	if err != nil {
		return err
	}
	var found examination
	var alerts api.Alerts
	if err := errors.Join(c.get("/healthz?verbose", &found), c.get(path+"/alerts", &alerts)); err != nil {
		return err
	}
	found.Alerts = alerts.Alerts
	if c.JSON {
		err = printJSON(out, found)
	} else {
		printChecks(out, found.Checks)
		fmt.Fprintln(out)
		printAlerts(out, found.Alerts, civilTime(place))
	}
	if err == nil && found.faulty() {
		err = errUnwell
	}
	return err
}

func printChecks(out io.Writer, checks []api.Check) {
	width := 14
	for _, c := range checks {
		width = max(width, len(c.ID))
	}
	for _, c := range checks {
		word := "ok"
		if c.Severity != lot.Info {
			word = c.Severity.String()
		}
		value := c.Value
		if c.Limit != "" {
			value += " (limit " + c.Limit + ")"
		}
		fmt.Fprint(out, folded(value, fmt.Sprintf("%-8s %-*s ", word, width, c.ID), besideWord))
		if c.Do != "" {
			fmt.Fprint(out, folded(c.Do, besideWord, besideWord))
		}
	}
}

// faulty is whether anything is worse than a warning.
func (e examination) faulty() bool {
	for _, c := range e.Checks {
		if c.Severity == lot.Fault || !c.Ready {
			return true
		}
	}
	for _, a := range e.Alerts {
		if a.Severity == lot.Fault.String() {
			return true
		}
	}
	return false
}
