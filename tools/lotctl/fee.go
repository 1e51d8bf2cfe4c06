package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/commandline"
	"gatehouse/sync/fact"
	"gatehouse/sync/tomlfile"
)

type feeCommand struct {
	Tariff     string   `required:"" help:"The tariff's file, TOML or JSON."`
	Entry      string   `required:"" help:"When it came: 2026-03-02T10:00:00+01:00, or 2026-03-02T10:00 in the tariff's zone; of an hour that comes twice the first, unless the exit would be before the entry."`
	Exit       string   `xor:"until" required:"" help:"When it leaves."`
	Pays       string   `xor:"until" required:"" help:"In place of --exit: what is paid ahead, to learn how long that is enough." placeholder:"AMOUNT"`
	Type       string   `help:"Type of the spot (compact, regular, large, ev, handicapped), or a kind of vehicle that the tariff names."`
	Paid       []string `help:"What was paid and when, WHEN=AMOUNT or WHEN=AMOUNT@TENDER; may be given several times." placeholder:"WHEN=AMOUNT" sep:"none"`
	JSON       bool     `name:"json" help:"Print JSON."`
	Product    string   `help:"What the driver chose, as the tariff names it."`
	Vehicle    string   `help:"Kind of vehicle, as the tariff names it."`
	Group      []string `help:"User group; may be given several times." sep:"none"`
	Lost       bool     `help:"The ticket is lost; entry is when it is known to have come."`
	Unknown    bool     `help:"Of a lost ticket: nobody knows when it came."`
	Validation []string `help:"Code of a discount; may be given several times." sep:"none"`
	Occupancy  float64  `help:"Percent of spots taken at entry."`
	Tender     string   `help:"How the rest is paid, such as cash."`
	Visit      []string `help:"A visit before, ENTRY/EXIT; may be given several times, the earliest first." sep:"none"`
	Unpaid     int64    `name:"unpaid-days" help:"Days for which the fee has been unpaid."`
	Violation  []string `help:"Code of a violation; may be given several times." sep:"none"`
	Suspect    bool     `help:"A read was missed: the fee is bounded."`

	BookedFrom  string `help:"Start of the reservation."`
	BookedUntil string `help:"End of the reservation."`
	BookedPaid  string `help:"What was paid for it ahead."`
	NoShow      bool   `help:"The reservation was not used."`

	ChargeFrom  string  `help:"When energy began to flow."`
	ChargeUntil string  `help:"When it stopped."`
	KWh         string  `name:"kwh" help:"Energy, such as 20 or 7.5."`
	Ampere      float64 `help:"Greatest current of the session."`
	Reserved    string  `help:"How long the charger was kept before, such as 15m."`
}

// Run prices one stay.
func (c *feeCommand) Run(out io.Writer) error {
	loaded, _, err := loadTariff(c.Tariff)
	if err != nil {
		return err
	}
	stay, err := c.stay(loaded)
	if err != nil {
		return err
	}
	paid, err := c.payments(loaded)
	if err != nil {
		return err
	}
	if c.Pays != "" {
		if stay.ExitMS, err = c.bought(loaded, stay); err != nil {
			return err
		}
	}
	bill := tariff.Due(loaded, stay, paid)
	if c.JSON {
		return printJSON(out, receiptOf(loaded, &stay, &bill))
	}
	_, err = io.WriteString(out, receiptText(loaded, &stay, &bill, c.Tender))
	return err
}

// bought is how long what is paid ahead is enough: a second before it is not, where time to the second is priced.
func (c *feeCommand) bought(t *tariff.Tariff, stay tariff.Stay) (int64, error) {
	p := flagParser{tariff: t}
	untilMS := tariff.Buys(t, stay, p.money("pays", c.Pays))
	if untilMS == stay.EntryMS && p.err == nil {
		p.fail("pays", "it buys no time")
	}
	return untilMS, p.err
}

func (c *feeCommand) stay(t *tariff.Tariff) (tariff.Stay, error) {
	p := flagParser{tariff: t}
	s := tariff.Stay{
		EntryMS: p.time("entry", c.Entry), Vehicle: c.Vehicle, Groups: c.Group,
		Product: c.Product, Lost: c.Lost, Unknown: c.Unknown, Discounts: c.Validation, Tender: c.Tender, UnpaidDays: c.Unpaid, Violations: c.Violation,
		OccupancyPermille: p.thousandths("occupancy", c.Occupancy/100), Bounded: c.Suspect,
	}
	if c.Type != "" && c.Vehicle == "" && slices.Contains(vehiclesOf(t), c.Type) {
		s.Vehicle = c.Type
	} else {
		s.SpotType = p.spotType(c.Type, vehiclesOf(t))
	}
	if s.ExitMS = s.EntryMS; c.Exit != "" {
		s.ExitMS = p.time("exit", c.Exit)
	}
	s.EntryMS, s.ExitMS = firstReadings(s.EntryMS, c.Entry, s.ExitMS, cmp.Or(c.Exit, c.Entry), t.Zone)
	if s.ExitMS < s.EntryMS {
		p.fail("exit", "it is before the entry")
	}
	for _, visit := range c.Visit {
		entry, exit, ok := strings.Cut(visit, "/")
		if !ok {
			p.fail("visit", "write ENTRY/EXIT")
		}
		s.Earlier = append(s.Earlier, tariff.Visit{EntryMS: p.time("visit", entry), ExitMS: p.time("visit", exit)})
	}
	p.known("product", s.Product, productsOf(t))
	p.known("vehicle", s.Vehicle, vehiclesOf(t))
	for _, group := range c.Group {
		p.known("group", group, t.Words(func(w *tariff.Who) []string { return w.Groups }))
	}
	for _, code := range c.Validation {
		p.known("validation", code, codesOf(t.Discounts, func(d tariff.Discount) string { return d.Code }))
	}
	for _, code := range c.Violation {
		p.known("violation", code, codesOf(t.Violations, func(v tariff.Penalty) string { return v.Code }))
	}
	c.booked(&p, &s)
	c.session(&p, &s)
	return s, p.err
}

func (c *feeCommand) booked(p *flagParser, s *tariff.Stay) {
	if c.BookedFrom == "" && c.BookedUntil == "" {
		return
	}
	s.Booked = &tariff.Booked{FromMS: p.time("booked-from", c.BookedFrom), ToMS: p.time("booked-until", c.BookedUntil), NoShow: c.NoShow}
	if c.BookedPaid != "" {
		s.Booked.PaidMinor = p.money("booked-paid", c.BookedPaid)
	}
}

func (c *feeCommand) session(p *flagParser, s *tariff.Stay) {
	if c.ChargeFrom == "" && c.ChargeUntil == "" && c.KWh == "" && c.Reserved == "" {
		return
	}
	session := &tariff.Session{FromMS: s.EntryMS, ToMS: s.ExitMS, CurrentMA: p.thousandths("ampere", c.Ampere), NoShow: c.NoShow}
	if c.ChargeFrom != "" {
		session.FromMS = p.time("charge-from", c.ChargeFrom)
	}
	if c.ChargeUntil != "" {
		session.ToMS = p.time("charge-until", c.ChargeUntil)
	}
	if c.KWh != "" {
		kWh, err := strconv.ParseFloat(c.KWh, 64)
		if err != nil {
			p.fail("kwh", "write for example 7.5")
		}
		session.EnergyWh = p.thousandths("kwh", kWh)
	}
	if c.Reserved != "" {
		kept, err := time.ParseDuration(c.Reserved)
		if err != nil {
			p.fail("reserved", "write for example 15m")
		}
		session.ReservedMS = kept.Milliseconds()
	}
	s.Session = session
}

func (c *feeCommand) payments(t *tariff.Tariff) ([]tariff.Payment, error) {
	p := flagParser{tariff: t}
	var paid []tariff.Payment
	for _, text := range c.Paid {
		at, amount, ok := strings.Cut(text, "=")
		if !ok {
			p.fail("paid", "write WHEN=AMOUNT, for example 2026-03-02T14:00=3.00")
		}
		amount, tender, _ := strings.Cut(amount, "@")
		paid = append(paid, tariff.Payment{AtMS: p.time("paid", at), AmountMinor: p.money("paid", amount), Tender: tender})
	}
	return paid, p.err
}

// flagParser keeps the first thing that is wrong with the command line.
type flagParser struct {
	tariff *tariff.Tariff
	err    error
}

func (p *flagParser) fail(flag, text string) {
	if p.err == nil {
		p.err = fmt.Errorf("%w: --%s: %s", commandline.ErrUsage, flag, text)
	}
}

// time reads an instant; one without offset is civil time in the tariff's zone.
func (p *flagParser) time(flag, text string) int64 {
	text = strings.Replace(strings.TrimSpace(text), " ", "T", 1)
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00"} {
		if at, err := time.Parse(form, text); err == nil {
			return at.UnixMilli()
		}
	}
	for _, form := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if at, err := time.ParseInLocation(form, text, p.tariff.Zone); err == nil {
			if at.Format(form) != text {
				p.fail(flag, text+" is in the hour that the clocks leave out on that day; write it with its offset")
			}
			return at.UnixMilli()
		}
	}
	p.fail(flag, fmt.Sprintf("%q is no time; write 2026-03-02T10:00:00+01:00, or 2026-03-02T10:00 in the tariff's zone", text))
	return 0
}

func (p *flagParser) money(flag, text string) int64 {
	m, err := fact.ParseMoney(text, p.tariff.Currency)
	if err != nil {
		p.fail(flag, err.Error())
	}
	return m.Minor
}

// thousandths reads a number that is 0 to a million.
func (p *flagParser) thousandths(flag string, number float64) int64 {
	if !(number >= 0 && number <= 1e6) { // so is what is no number
		p.fail(flag, "write a number of 0 or more, for example 7.5")
		return 0
	}
	return int64(number*1000 + 0.5)
}

func (p *flagParser) spotType(text string, vehicles []string) fact.SpotType {
	var kind fact.SpotType
	if text == "" {
		return fact.AnyType
	}
	if err := kind.UnmarshalText([]byte(text)); err != nil {
		words := slices.Clone(vehicles)
		for _, one := range fact.SpotTypes() {
			words = append(words, one.String())
		}
		p.fail("type", fmt.Sprintf("%q is no type of spot, and no vehicle that the tariff names; %s", text, tomlfile.Advice(text, words)))
	}
	return kind
}

// known refuses a word that a tariff does not have: a misspelt product would be priced as none.
func (p *flagParser) known(flag, word string, words []string) {
	if word != "" && !slices.Contains(words, word) {
		p.fail(flag, fmt.Sprintf("the tariff has no %q; %s", word, tomlfile.Advice(word, words)))
	}
}

func productsOf(t *tariff.Tariff) []string {
	return t.Words(func(w *tariff.Who) []string { return w.Products })
}

func vehiclesOf(t *tariff.Tariff) []string {
	return t.Words(func(w *tariff.Who) []string { return w.Vehicles })
}

func codesOf[T any](list []T, code func(T) string) []string {
	codes := []string{}
	for _, one := range list {
		codes = append(codes, code(one))
	}
	return codes
}
