package lot

import (
	"fmt"
	"strconv"
	"time"

	"gatehouse/sync/fact"
)

// Hour is what one hour of civil time came to.
type Hour struct {
	StartMS         int64 `cbor:"1,keyasint,omitempty" json:"startMs"`
	Entries         int64 `cbor:"2,keyasint,omitempty" json:"entries"`
	Exits           int64 `cbor:"3,keyasint,omitempty" json:"exits"`
	Denied          int64 `cbor:"4,keyasint,omitempty" json:"denied"`
	DeniedFull      int64 `cbor:"5,keyasint,omitempty" json:"deniedFull"`
	RevenueMinor    int64 `cbor:"6,keyasint,omitempty" json:"revenueMinor"`
	OwedMinor       int64 `cbor:"7,keyasint,omitempty" json:"owedMinor"`
	Stays           int64 `cbor:"8,keyasint,omitempty" json:"stays"` // completed
	StaysMS         int64 `cbor:"9,keyasint,omitempty" json:"staysMs"`
	PeakInside      int64 `cbor:"10,keyasint,omitempty" json:"peakInside"`
	PeakOccupied    int64 `cbor:"11,keyasint,omitempty" json:"peakOccupied"`
	Tailgates       int64 `cbor:"12,keyasint,omitempty" json:"tailgates"`
	Corrections     int64 `cbor:"13,keyasint,omitempty" json:"corrections"`
	OccupiedMS      int64 `cbor:"14,keyasint,omitempty" json:"-"` // of all spots, added up until OccupiedUntilMS
	OccupiedUntilMS int64 `cbor:"15,keyasint,omitempty" json:"-"`
}

// hours are the totals of the last weeks.
type hours struct {
	list    []Hour // by StartMS, the newest last
	key     string // of the newest
	untilMS int64  // wall time of its end; 0: key and end are not known
}

// hour is the total of the hour that holds a moment, made if need be.
func (l *Lot) hour(wallMS int64) *Hour {
	if len(l.hours.list) == 0 || wallMS >= l.hours.untilMS { // a clock that went back adds to the newest hour
		l.turnHour(wallMS)
	}
	l.dirty.add(TableHours, l.hours.key)
	return &l.hours.list[len(l.hours.list)-1]
}

// turnHour makes the hour that holds a moment the newest one, if it is not, and notes until when it is.
func (l *Lot) turnHour(wallMS int64) {
	at := time.UnixMilli(wallMS).In(l.cfg.Zone)
	_, offsetS := at.Zone()
	startMS := wallMS - mod(wallMS+int64(offsetS)*1_000, hourMS) // civil hours: some zones are half an hour off
	if n := len(l.hours.list); n == 0 || l.hours.list[n-1].StartMS < startMS {
		l.endHours(startMS)
		l.addHour(Hour{StartMS: startMS, OccupiedUntilMS: startMS})
	}
	l.hours.key, l.hours.untilMS = hourKey(l.hours.list[len(l.hours.list)-1].StartMS), startMS+hourMS
	if _, changes := at.ZoneBounds(); !changes.IsZero() {
		l.hours.untilMS = min(l.hours.untilMS, changes.UnixMilli())
	}
}

// quietHoursMax is how many hours without any fact are written down before the next one.
const quietHoursMax = 24

// endHours ends the newest hour, and has the quiet ones follow it, since when nothing changed.
func (l *Lot) endHours(untilMS int64) {
	if len(l.hours.list) == 0 {
		return
	}
	newest := &l.hours.list[len(l.hours.list)-1]
	endMS := newest.StartMS + hourMS
	l.stayOccupied(newest, endMS)
	l.dirty.add(TableHours, hourKey(newest.StartMS))
	if untilMS-endMS > quietHoursMax*hourMS {
		return // nobody was there to know
	}
	for ; endMS+hourMS <= untilMS; endMS += hourMS {
		quiet := Hour{StartMS: endMS, OccupiedUntilMS: endMS}
		l.stayOccupied(&quiet, endMS+hourMS)
		l.addHour(quiet)
		l.dirty.add(TableHours, hourKey(endMS))
	}
}

// addHour begins an hour.
func (l *Lot) addHour(h Hour) {
	h.PeakInside, h.PeakOccupied = l.meta.LoopInside, int64(l.counts.all[fact.SpotOccupied])
	l.hours.list = append(l.hours.list, h)
	if len(l.hours.list) > hoursMax {
		l.dirty.add(TableHours, hourKey(l.hours.list[0].StartMS))
		l.hours.list = l.hours.list[1:]
	}
}

// stayOccupied counts the time up to a moment for the spots that are occupied.
func (l *Lot) stayOccupied(h *Hour, untilMS int64) {
	if untilMS > h.OccupiedUntilMS {
		h.OccupiedMS += int64(l.counts.all[fact.SpotOccupied]) * (untilMS - h.OccupiedUntilMS)
		h.OccupiedUntilMS = untilMS
	}
}

// OccupiedMS is the time that spots were occupied in an hour, added up, and for how long that is known: in the newest hour,
// until now.
func (l *Lot) OccupiedMS(h Hour) (spotMS, knownMS int64) {
	if h.StartMS == l.hours.list[len(l.hours.list)-1].StartMS {
		l.stayOccupied(&h, min(max(h.OccupiedUntilMS, l.now.WallMS), h.StartMS+hourMS))
	}
	return h.OccupiedMS, h.OccupiedUntilMS - h.StartMS
}

func hourKey(startMS int64) string { return fmt.Sprintf("%016x", uint64(startMS)) }

func (l *Lot) findHour(key string) *Hour {
	startMS, err := strconv.ParseUint(key, 16, 64)
	for i := len(l.hours.list) - 1; i >= 0 && err == nil; i-- {
		if l.hours.list[i].StartMS == int64(startMS) {
			return &l.hours.list[i]
		}
	}
	return nil
}

func (l *Lot) restoreHour(h Hour) {
	at := len(l.hours.list)
	for at > 0 && l.hours.list[at-1].StartMS > h.StartMS {
		at--
	}
	l.hours.list = append(l.hours.list, Hour{})
	copy(l.hours.list[at+1:], l.hours.list[at:])
	l.hours.list[at] = h
	l.hours.untilMS = 0
}

const (
	hourMS = 3_600_000
	dayMS  = 24 * hourMS
)

// mod is the remainder that is never negative.
func mod(a, b int64) int64 { return (a%b + b) % b }

// Hours are the totals of the hours that begin in [fromMS, untilMS), the oldest first.
func (l *Lot) Hours(fromMS, untilMS int64) []Hour {
	var hours []Hour
	for i := range l.hours.list {
		if h := l.hours.list[i]; h.StartMS >= fromMS && h.StartMS < untilMS {
			hours = append(hours, h)
		}
	}
	return hours
}
