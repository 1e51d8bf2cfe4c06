package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"text/tabwriter"
	"time"

	"gatehouse/gateway/api"
)

type ticketCommands struct {
	Find ticketFind `cmd:"" help:"Open tickets whose plate contains what is asked for."`
	Show ticketShow `cmd:"" help:"One visit: what it costs until now, and why."`
}

type ticketFind struct {
	gatewayFlags `embed:""`
	Plate        string `arg:"" help:"A plate, or a part of one."`
	JSON         bool   `name:"json" help:"Print one JSON object."`
}

// Run lists the tickets.
func (c ticketFind) Run(out io.Writer) error {
	var found api.Tickets
	if err := c.get("/api/v1/tickets?plate="+url.QueryEscape(c.Plate), &found); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(out, found)
	}
	if len(found.Tickets) == 0 {
		return fmt.Errorf("no open ticket has a plate with %q in it", c.Plate)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "TICKET\tPLATE\tENTRY\tSPOT\tDUE")
	for _, t := range found.Tickets {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", t.ID, t.Plate, clockText(t.EntryTime), t.Spot, dueText(t))
	}
	return table.Flush()
}

func dueText(t api.Ticket) string {
	if t.Paid {
		return "nothing"
	}
	return fmt.Sprintf("%s %s", t.Fee, t.Currency)
}

func clockText(at *time.Time) string {
	if at == nil {
		return "unknown"
	}
	return at.Local().Format(time.DateTime)
}

type ticketShow struct {
	gatewayFlags `embed:""`
	Ticket       string `arg:"" help:"The ticket's number."`
	JSON         bool   `name:"json" help:"Print one JSON object."`
}

// visit is what lotctl ticket show --json prints.
type visit struct {
	Ticket api.Ticket `json:"ticket"`
	Fee    api.Fee    `json:"fee"`
}

// Run tells of one visit.
func (c ticketShow) Run(out io.Writer) error {
	var v visit
	path := "/api/v1/tickets/" + url.PathEscape(c.Ticket)
	if err := errors.Join(c.get(path, &v.Ticket), c.get(path+"/fee", &v.Fee)); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(out, v)
	}
	t, fee := v.Ticket, v.Fee
	fmt.Fprintf(out, "%s, %s, plate %s, in since %s by gate %s\n", t.ID, t.Status, orNone(t.Plate), clockText(t.EntryTime), orNone(t.EntryGate))
	if t.Suspect != "" {
		fmt.Fprintln(out, "in doubt:", t.Suspect)
	}
	if t.Concluded != "" {
		fmt.Fprintln(out, "closed by the gateway:", t.Concluded)
	}
	for _, line := range fee.Breakdown.Charges {
		fmt.Fprintf(out, "  %s to %s  %-20s %10s\n", clockText(line.From), clockText(line.To), line.Rule, line.Amount)
	}
	fmt.Fprintf(out, "fee %s, paid %s, due %s %s (tariff %s)\n", fee.Fee, fee.Paid, fee.Due, fee.Currency, orNone(fee.Tariff))
	if fee.Reason != "" {
		fmt.Fprintln(out, fee.Reason)
	}
	return nil
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}
