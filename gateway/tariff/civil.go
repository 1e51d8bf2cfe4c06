package tariff

import "time"

// civil turns instants into civil time. It asks the zone once per change of its offset, so it is cheap as long
// as the instants ascend.
type civil struct {
	zone     *time.Location
	offsetMS int64
	backMS   int64 // how far the clocks were set back at fromMS; 0 if they were set forward
	fromMS   int64 // the offset holds from here
	untilMS  int64 // to before here
}

// at is the civil day of an instant and the milliseconds since its midnight.
func (c *civil) at(instantMS int64) (Date, int64) {
	return split(c.local(instantMS))
}

// local is what the clock shows, as milliseconds since it showed 1 January 1970.
func (c *civil) local(instantMS int64) int64 {
	if instantMS < c.fromMS || instantMS >= c.untilMS {
		c.load(instantMS)
	}
	return instantMS + c.offsetMS
}

// steady is local, but for a clock that is never set back: it stands still in an hour that comes twice.
func (c *civil) steady(instantMS int64) int64 {
	local := c.local(instantMS)
	return max(local, min(local+c.backMS, c.fromMS+c.offsetMS+c.backMS))
}

// reach is when a steady clock that shows less reaches a time, or when the offset changes, if that is before.
func (c *civil) reach(steadyMS int64) int64 { return min(steadyMS-c.offsetMS, c.untilMS) }

// instant is when the clock first shows a time; a time that is left out comes when it is.
func (c *civil) instant(localMS int64) int64 {
	at := localMS - c.offsetMS
	for range 2 {
		c.local(at)
		at = localMS - c.offsetMS
	}
	switch shown := c.local(at); {
	case shown > localMS:
		return c.fromMS
	case shown < localMS:
		return c.untilMS
	case at-c.fromMS < c.backMS:
		return at - c.backMS
	}
	return at
}

func (c *civil) load(instantMS int64) {
	at := time.UnixMilli(instantMS).In(c.zone)
	_, seconds := at.Zone()
	c.offsetMS = int64(seconds) * 1000
	c.fromMS, c.untilMS, c.backMS = -instantMaxMS*2, instantMaxMS*2, 0
	from, until := at.ZoneBounds()
	if !from.IsZero() {
		c.fromMS = from.UnixMilli()
		_, before := from.Add(-time.Nanosecond).Zone()
		c.backMS = max(0, int64(before)*1000-c.offsetMS)
	}
	if !until.IsZero() {
		c.untilMS = until.UnixMilli()
	}
}

func split(localMS int64) (Date, int64) {
	return Date(floorDiv(localMS, dayMS)), floorMod(localMS, dayMS)
}
