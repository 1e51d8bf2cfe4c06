package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"

	"gatehouse/gateway/api"
)

type gateCommands struct {
	Ls      gateList    `cmd:"" help:"All gates as they are now."`
	Why     gateWhy     `cmd:"" help:"The last decisions of a gate, each with its reason."`
	Open    gateOpen    `cmd:"" help:"Open a gate once."`
	Hold    gateHold    `cmd:"" help:"Hold a gate open until it is released."`
	Release gateRelease `cmd:"" help:"End a hold."`
	Lower   gateLower   `cmd:"" help:"Close a gate; it refuses while anything is in its way."`
	Confirm gateConfirm `cmd:"" help:"Vouch for a gate, standing at it: its faults end."`
}

type gateList struct {
	gatewayFlags `embed:""`
	JSON         bool `name:"json" help:"Print one JSON object."`
}

// Run lists the gates.
func (c gateList) Run(out io.Writer) error {
	place, path, err := c.here()
	if err != nil {
		return err
	}
	var gates api.Gates
	if err := c.get(path+"/gates", &gates); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(out, gates)
	}
	return printGates(out, gates.Gates, civilTime(place))
}

type gateWhy struct {
	gatewayFlags `embed:""`
	Gate         string `arg:"" optional:"" help:"The gate; none: all of them."`
	JSON         bool   `name:"json" help:"Print one JSON object."`
}

// Run tells decisions, the newest first.
func (c gateWhy) Run(out io.Writer) error {
	place, path, err := c.here()
	if err != nil {
		return err
	}
	if err := known(place, c.Gate); c.Gate != "" && err != nil {
		return err
	}
	var all, chosen api.Decisions
	if err := c.get(path+"/decisions", &all); err != nil {
		return err
	}
	for _, d := range all.Decisions {
		if c.Gate == "" || d.Gate == c.Gate {
			chosen.Decisions = append(chosen.Decisions, d)
		}
	}
	if c.JSON {
		return printJSON(out, chosen)
	}
	if len(chosen.Decisions) == 0 {
		return c.lastOfEach(out, path, civilTime(place))
	}
	for _, d := range chosen.Decisions {
		printDecision(out, d, civilTime(place))
	}
	return nil
}

// lastOfEach tells what a gateway that has just started knows: the last decision of each gate from before.
func (c gateWhy) lastOfEach(out io.Writer, path string, times civil) error {
	var gates api.Gates
	if err := c.get(path+"/gates", &gates); err != nil {
		return err
	}
	fmt.Fprintln(out, "No decision since the gateway started.")
	for _, g := range gates.Gates {
		if g.Last != nil && (c.Gate == "" || c.Gate == g.ID) {
			printDecision(out, *g.Last, times)
		}
	}
	return nil
}

func printDecision(out io.Writer, d api.Decision, times civil) {
	fmt.Fprintf(out, "%s  %s  %s", times.text(&d.At), d.Gate, d.Words)
	for _, more := range []struct{ word, text string }{{"plate", d.Plate}, {"ticket", d.Ticket}, {"spot", d.Spot}, {"fee", d.Fee}} {
		if more.text != "" {
			fmt.Fprintf(out, ", %s %s", more.word, more.text)
		}
	}
	for _, broken := range d.DecidedWith {
		fmt.Fprintf(out, ", %s", broken)
	}
	fmt.Fprintln(out)
}

type gateOrder struct {
	gatewayFlags `embed:""`
	Gate         string `arg:"" help:"The gate."`
	Note         string `required:"" help:"Why; it goes into the log."`
	JSON         bool   `name:"json" help:"Print the gate as it is then."`
}

type (
	gateOpen    struct{ gateOrder }
	gateHold    struct{ gateOrder }
	gateRelease struct{ gateOrder }
	gateLower   struct{ gateOrder }
	gateConfirm struct{ gateOrder }
)

func (c gateOpen) Run(out io.Writer) error    { return c.order("open", out) }
func (c gateHold) Run(out io.Writer) error    { return c.order("hold", out) }
func (c gateRelease) Run(out io.Writer) error { return c.order("release", out) }
func (c gateLower) Run(out io.Writer) error   { return c.order("lower", out) }
func (c gateConfirm) Run(out io.Writer) error { return c.order("confirm", out) }

// order has the gate do it, and shows the gate as it is then.
func (c gateOrder) order(verb string, out io.Writer) error {
	place, path, err := c.here()
	if err != nil {
		return err
	}
	if err := known(place, c.Gate); err != nil {
		return err
	}
	var gate api.Gate
	if err := c.post(path+"/gates/"+url.PathEscape(c.Gate)+"/"+verb, map[string]string{"note": c.Note}, &gate); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(out, gate)
	}
	return printGates(out, []api.Gate{gate}, civilTime(place))
}

// known is an error that names the gates there are, unless this is one.
func known(place api.Place, gate string) error {
	text := "there is no gate " + gate + "; the gates are"
	for _, g := range place.Gates {
		if g.ID == gate {
			return nil
		}
		text += " " + g.ID
	}
	return errors.New(text)
}
