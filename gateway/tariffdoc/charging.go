package tariffdoc

import (
	"fmt"
	"strconv"
	"strings"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

const saysSteps = `"billed in steps of 15 min" can be read in two ways: write steps = "each" if charging and idle time are each rounded up, or steps = "last" if only the ` +
	`last of them in a session is (OCPI)`

func (r *reader) charges() {
	d := r.doc.Charging
	if d == nil {
		return
	}
	c := &r.tariff.Charging
	stepped := false
	for i := range d.Prices {
		p := &d.Prices[i]
		path := []any{"charging", "price", i}
		one := tariff.ChargePrice{
			ID: p.Name, For: r.who(&p.who, path), When: r.when(&p.when, path), Taxes: r.taxSet(p.Taxes, under(path, "taxes")), MaxMinor: r.positive(p.Max, under(path, "max")...),
			PriceMilli: r.milli(p.Price, under(path, "price")), FromMS: r.duration(p.After, under(path, "after")...), ToMS: r.duration(p.Until, under(path, "until")...),
			MinMA: r.scaled(p.MinA, 3, under(path, "min_current")...), MaxMA: r.scaled(p.MaxA, 3, under(path, "max_current")...),
			Dimension: word(r, p.Of, []string{"session", "energy", "charging", "idle", "reserved", "no-show", "connected"},
				[]tariff.Dimension{tariff.PerSession, tariff.PerEnergy, tariff.PerCharging, tariff.PerIdle, tariff.PerReserved, tariff.PerNoShow, tariff.PerConnected}, true,
				`write what the price counts: of = "session", "energy", "charging", "idle", "reserved", "no-show" or "connected"`, under(path, "of")...),
		}
		r.stepOf(p, &one, path)
		r.named(p.Name, path)
		stepped = stepped || one.StepMS > 0
		c.Prices = append(c.Prices, one)
	}
	c.StepEach = word(r, d.Steps, []string{"each", "last"}, []bool{true, false}, stepped, saysSteps, "charging", "steps")
	c.IdleGraceMS = r.duration(d.IdleGrace, "charging", "idle_grace")
	c.GraceAlways = word(r, d.GraceKind, []string{"turnaround", "continuous"}, []bool{false, true}, d.IdleGrace != "",
		`write idle_grace_kind = "turnaround" if longer idle time counts from the end of charging, or "continuous" if it counts from the end of the grace`, "charging", "idle_grace_kind")
	c.MinMinor, c.MaxMinor, c.WithParking = r.positive(d.Min, "charging", "min"), r.positive(d.Max, "charging", "max"), d.WithParking
}

func (r *reader) stepOf(p *chargePrice, one *tariff.ChargePrice, path []any) {
	if energy, isEnergy := strings.CutSuffix(p.Step, "Wh"); isEnergy {
		wh, err := strconv.ParseUint(strings.TrimSpace(energy), 10, 30)
		if err != nil || wh == 0 {
			r.wrong(fmt.Sprintf("%q is no step", p.Step), `write for example step = "100 Wh"`, under(path, "step")...)
		}
		one.StepWh = int64(wh)
		return
	}
	one.StepMS = r.duration(p.Step, under(path, "step")...)
}

// milli reads money with up to three digits more than the currency has.
func (r *reader) milli(text string, path []any) int64 {
	value := r.scaled(text, r.tariff.Currency.MinorDigits()+3, path...)
	if text == "" {
		r.wrong("the price is missing", `write for example price = "0.39"`, path...)
	}
	if value > tariff.PriceMaxMinor*1000 {
		r.wrong("the price is out of range", "write a smaller one", path...)
		return 0
	}
	return value
}

func (r *reader) demand() {
	d := r.doc.Demand
	if d == nil {
		return
	}
	out := &r.tariff.Demand
	out.EveryDays = d.EveryDays
	for i, s := range d.Steps {
		out.Steps = append(out.Steps, tariff.DemandStep{
			FromPPM: r.scaled(s.Occupancy, 4, "demand", "step", i, "occupancy"), ChangeMinor: r.amount(s.Change, "demand", "step", i, "change"),
		})
	}
	for i, b := range d.Bounds {
		out.Bounds = append(out.Bounds, tariff.DemandBounds{
			From: r.date(b.From, "demand", "bounds", i, "valid_from"), MinMinor: r.positive(b.Min, "demand", "bounds", i, "min"), MaxMinor: r.positive(b.Max, "demand", "bounds", i, "max"),
		})
	}
	if len(out.Steps) == 0 || len(out.Bounds) == 0 {
		r.wrong("demand needs steps and bounds", fmt.Sprintf("write [[demand.step]] and [[demand.bounds]] with amounts such as %q", fact.Money{Minor: 25, Currency: r.tariff.Currency}.Decimal()), "demand")
	}
}
