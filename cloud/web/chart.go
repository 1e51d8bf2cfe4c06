package web

import "fmt"

// chart is a bar chart of the hours of a day. Heights are in units of the drawing, 0 to chartHeight.
type chart struct {
	Bars []bar
	Top  string // what the highest bar stands for
	Text string // all of it in a sentence, for who can't see it
}

// bar is one hour: up from the axis, and down from it.
type bar struct {
	Hour, X  int
	Up, Down int
	Title    string
}

const (
	chartHeight = 60
	barStep     = 10 // one bar and the gap behind it
)

// Y is where the part above the axis begins.
func (b bar) Y() int { return chartHeight - b.Up }

// Mark tells if the hour is printed below the axis.
func (b bar) Mark() bool { return b.Hour%6 == 0 }

// vehiclesChart draws entries up and exits down.
func vehiclesChart(today []hour) chart {
	most, in, out := 1, 0, 0
	for _, h := range today {
		most = max(most, h.Entries, h.Exits)
		in, out = in+h.Entries, out+h.Exits
	}
	c := chart{Top: fmt.Sprint(most), Text: fmt.Sprintf("Today %d vehicles came in and %d went out.", in, out)}
	if in+out == 0 {
		c.Top = ""
	}
	for i, h := range today {
		c.Bars = append(c.Bars, bar{
			Hour: h.Hour, X: i * barStep, Up: scaled(int64(h.Entries), int64(most)), Down: scaled(int64(h.Exits), int64(most)),
			Title: fmt.Sprintf("%d:00 to %d:00: %d in, %d out", h.Hour, h.Hour+1, h.Entries, h.Exits),
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
