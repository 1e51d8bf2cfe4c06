package livepage

import (
	"encoding/json"
	"fmt"
)

// Hour is one hour of a day, as both APIs tell it.
type Hour struct {
	Hour, Entries, Exits int
	RevenueMinor         int64
	Revenue              json.Number
}

// Chart is a bar chart of the hours of a day. Heights are in units of the drawing, 0 to chartHeight.
type Chart struct {
	Bars []Bar
	Top  string // what the highest bar stands for
	Text string // all of it in a sentence, for those who can't see it
}

// Bar is one hour: up from the axis, and down from it.
type Bar struct {
	Hour, X  int
	Up, Down int
	Title    string
}

const (
	chartHeight = 60
	barStep     = 10 // one bar and the gap behind it
)

// Y is where the part above the axis begins.
func (b Bar) Y() int { return chartHeight - b.Up }

// Mark reports whether the hour is printed below the axis.
func (b Bar) Mark() bool { return b.Hour%6 == 0 }

// VehiclesChart draws entries up and exits down.
func VehiclesChart(today []Hour) Chart {
	most, in, out := 1, 0, 0
	for _, h := range today {
		most = max(most, h.Entries, h.Exits)
		in, out = in+h.Entries, out+h.Exits
	}
	c := Chart{Top: fmt.Sprint(most), Text: fmt.Sprintf("Today %d vehicles came in and %d went out.", in, out)}
	if in+out == 0 {
		c.Top = ""
	}
	for i, h := range today {
		c.Bars = append(c.Bars, Bar{
			Hour: h.Hour, X: i * barStep, Up: scaled(int64(h.Entries), int64(most)), Down: scaled(int64(h.Exits), int64(most)),
			Title: fmt.Sprintf("%d:00 to %d:00: %d in, %d out", h.Hour, h.Hour+1, h.Entries, h.Exits),
		})
	}
	return c
}

// TakingsChart draws money.
func TakingsChart(today []Hour, currency string) Chart {
	most, c := int64(1), Chart{}
	for _, h := range today {
		if h.RevenueMinor > most {
			most, c.Top = h.RevenueMinor, h.Revenue.String()
		}
	}
	c.Text = "Money received today, by the hour."
	for i, h := range today {
		c.Bars = append(c.Bars, Bar{
			Hour: h.Hour, X: i * barStep, Up: scaled(h.RevenueMinor, most),
			Title: fmt.Sprintf("%d:00 to %d:00: %s %s", h.Hour, h.Hour+1, h.Revenue, currency),
		})
	}
	return c
}

// scaled is a value's height. What is not nothing is seen.
func scaled(value, most int64) int {
	if value <= 0 {
		return 0
	}
	return int(max(1, value*chartHeight/most))
}

// Share is a stretch of the bar of spots by status, in spots.
type Share struct {
	Status   string
	Spots, X int
}

// Shares are the stretches of the bar, in the order of the picture.
func Shares(occupied, held, reserved, maintenance, unknown, available int) []Share {
	shares, x := []Share{}, 0
	for _, s := range []Share{
		{Status: "occupied", Spots: occupied}, {Status: "held", Spots: held}, {Status: "reserved", Spots: reserved},
		{Status: "maintenance", Spots: maintenance}, {Status: "unknown", Spots: unknown}, {Status: "available", Spots: available},
	} {
		s.X = x
		x += s.Spots
		shares = append(shares, s)
	}
	return shares
}
