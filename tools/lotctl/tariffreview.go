package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

// tariffReview says what a price becomes by the [demand] of a tariff.
type tariffReview struct {
	Tariff    string  `required:"" help:"The tariff's file, TOML or JSON."`
	Price     string  `required:"" help:"Of an hour until now."`
	Occupancy float64 `required:"" help:"Percent of spots taken, on the average since the last review."`
	On        string  `help:"Day of the review, as 2026-03-01; default: today in the tariff's zone."`
	Days      int64   `help:"Days since the price changed last; default: more than enough." default:"36500"`
	JSON      bool    `name:"json" help:"Print JSON."`
}

// review is the outcome of one, for programs.
type review struct {
	Currency string `json:"currency"`
	OldMinor int64  `json:"oldMinor"`
	NewMinor int64  `json:"newMinor"`
}

// Run prints the new price. The tariff's rules are not changed.
func (c *tariffReview) Run(out io.Writer) error {
	loaded, _, err := loadTariff(c.Tariff)
	if err != nil {
		return err
	}
	if len(loaded.Demand.Steps) == 0 {
		return fmt.Errorf("%s has no [demand]: its prices don't follow the occupancy; lotctl tariff reference says how to write one", c.Tariff)
	}
	p := flagParser{tariff: loaded}
	priceMinor, on := p.money("price", c.Price), c.day(&p)
	if priceMinor < 0 {
		p.fail("price", "write 0 or more")
	}
	if !(c.Occupancy >= 0 && c.Occupancy <= 100) {
		p.fail("occupancy", "write 0 to 100")
	}
	if p.err != nil {
		return p.err
	}
	newMinor := loaded.Demand.Review(priceMinor, int64(math.Round(c.Occupancy*10_000)), on, c.Days)
	if c.JSON {
		return json.NewEncoder(out).Encode(review{Currency: string(loaded.Currency), OldMinor: priceMinor, NewMinor: newMinor})
	}
	before, after := fact.Money{Minor: priceMinor, Currency: loaded.Currency}, fact.Money{Minor: newMinor, Currency: loaded.Currency}
	if before == after {
		_, err = fmt.Fprintf(out, "%s, as before\n", after)
	} else {
		_, err = fmt.Fprintf(out, "%s in place of %s\n", after, before)
	}
	return err
}

// day is that of the review.
func (c *tariffReview) day(p *flagParser) tariff.Date {
	text := c.On
	if text == "" {
		text = time.Now().In(p.tariff.Zone).Format(time.DateOnly)
	}
	on, err := tariff.ParseDate(text)
	if err != nil {
		p.fail("on", err.Error())
	}
	return on
}
