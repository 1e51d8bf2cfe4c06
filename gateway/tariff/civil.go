package tariff

import "time"

// civil turns instants into civil time. It asks the zone once per change of its offset, so it is cheap as long
// as the instants ascend.
type civil struct {
	zone     *time.Location
	offsetMS int64
	fromMS   int64 // the offset holds from here
	untilMS  int64 // to before here
}

// at is the civil day of an instant and the milliseconds since its midnight.
func (c *civil) at(instantMS int64) (Date, int64) {
	if instantMS < c.fromMS || instantMS >= c.untilMS {
		c.load(instantMS)
	}
	local := instantMS + c.offsetMS
	return Date(floorDiv(local, dayMS)), floorMod(local, dayMS)
}

func (c *civil) load(instantMS int64) {
	at := time.UnixMilli(instantMS).In(c.zone)
	_, seconds := at.Zone()
	c.offsetMS = int64(seconds) * 1000
	c.fromMS, c.untilMS = -instantMaxMS*2, instantMaxMS*2
	from, until := at.ZoneBounds()
	if !from.IsZero() {
		c.fromMS = from.UnixMilli()
	}
	if !until.IsZero() {
		c.untilMS = until.UnixMilli()
	}
}
