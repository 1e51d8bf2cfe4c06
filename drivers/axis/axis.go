package axis

import (
	"gatehouse/drivers"
	"gatehouse/drivers/platecamera"
)

// Driver is the catalog's line. The application has a direction of its own, so "in" is inward unless the site says not.
func Driver() drivers.Driver {
	return maker().Driver("plate camera: Axis with License Plate Verifier or CAMMRA, which posts to /devices/{deviceId}")
}

func maker() platecamera.Make { return platecamera.Make{Format: Format(), Inward: "in"} }
