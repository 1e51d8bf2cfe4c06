package openalpr

import (
	"gatehouse/drivers"
	"gatehouse/drivers/platecamera"
)

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return maker().Driver("plate camera: OpenALPR or Rekor, whose agent posts to /devices/{deviceId}")
}

func maker() platecamera.Make { return platecamera.Make{Format: Format()} }
