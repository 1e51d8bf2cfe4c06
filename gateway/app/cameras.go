package app

import (
	"gatehouse/drivers"
	"gatehouse/sync/fact"
)

// clockApartMaxMS is how far a camera's clock may be from the gateway's. Some events take ten seconds to come.
const clockApartMaxMS = 60_000

// audit looks at what a camera's reading says of the camera: how its clock goes, and whether it opens the barrier past the
// gateway, for vehicles that no ticket knows of.
func (d *device) audit(read drivers.PlateRead) {
	if read.CameraMS != 0 && d.clock.Trust() != fact.ClockUnset {
		nowMS, _ := d.clock.Now() // not read.GatewayMS: in a demonstration the gateway's time is its own
		d.conditions.set(d.ID, clockOf(read.CameraMS-nowMS))
	}
	if read.Opens != drivers.Unsaid {
		d.conditions.set(d.ID, ownListOf(read.Opens == drivers.Yes))
	}
	d.log.Debug("a camera read a plate", "device", d.ID, "event", read.EventID, "confidence", read.Confidence, "country", read.Country,
		"cameraMS", read.CameraMS, "gatewayMS", read.GatewayMS, "image", read.Image)
}

func clockOf(aheadMS int64) drivers.Condition {
	c := drivers.Condition{ID: "clock", Value: aheadMS / 1000, Unit: "s", Note: "by which the camera's clock is ahead"}
	if max(aheadMS, -aheadMS) > clockApartMaxMS {
		c.State = drivers.ConditionWarning
		c.Do = "Let the camera take its time from the gateway or the network (NTP), and check its zone. Fees are not affected: they follow the gateway's clock."
	}
	return c
}

func ownListOf(opens bool) drivers.Condition {
	c := drivers.Condition{ID: "own_list", Note: "the gateway alone opens"}
	if opens {
		c = drivers.Condition{
			ID: "own_list", Value: 1, State: drivers.ConditionFault, Note: "the camera opens the barrier by a list of its own",
			Do: "Set its barrier control to the platform (ISAPI: ctrlMod 1): vehicles that it lets in have no ticket.",
		}
	}
	return c
}
