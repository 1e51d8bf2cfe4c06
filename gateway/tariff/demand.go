package tariff

// Demand says how the price of an hour follows demand: a review looks at the mean occupancy since the last one.
type Demand struct {
	Steps     []DemandStep   // by FromPPM, ascending
	Bounds    []DemandBounds // by From, ascending
	EveryDays int64          // at most one change in so many days; 0: no such limit
}

// DemandStep changes the price from an occupancy on.
type DemandStep struct {
	FromPPM     int64 // of occupancy: 800_000 is 80 %
	ChangeMinor int64
}

// DemandBounds are the least and the greatest price from a day on.
type DemandBounds struct {
	From               Date
	MinMinor, MaxMinor int64
}

// Review is the new price after a review on a day, so many days after the price last changed.
func (d *Demand) Review(priceMinor, occupancyPPM int64, on Date, daysSince int64) int64 {
	if d.EveryDays > 0 && daysSince < d.EveryDays {
		return priceMinor
	}
	for i := range d.Steps {
		if i == len(d.Steps)-1 || occupancyPPM < d.Steps[i+1].FromPPM {
			if occupancyPPM >= d.Steps[i].FromPPM {
				priceMinor += d.Steps[i].ChangeMinor
			}
			break
		}
	}
	for i := len(d.Bounds) - 1; i >= 0; i-- {
		if b := &d.Bounds[i]; i == 0 || on >= b.From {
			return clamp(priceMinor, b.MinMinor, max(b.MinMinor, b.MaxMinor))
		}
	}
	return priceMinor
}
