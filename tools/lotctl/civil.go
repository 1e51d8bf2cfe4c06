package main

import (
	"time"

	"gatehouse/gateway/api"
)

// civil tells times as the clocks of a location show them, wherever this machine is.
type civil struct{ zone *time.Location }

// civilTime is that of a gateway's location; this machine's, if it does not know the zone.
func civilTime(place api.Place) civil {
	zone, err := time.LoadLocation(place.Timezone)
	if err != nil {
		zone = time.Local
	}
	return civil{zone}
}

// text is a moment with its day.
func (c civil) text(at *time.Time) string {
	if at == nil {
		return "unknown"
	}
	return at.In(c.zone).Format(time.DateTime)
}
