package platerecognizer

import (
	"fmt"
	"maps"
	"strconv"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/platecamera"
)

// Camera is a drivers.Camera and the http.Handler that it is fed by.
type Camera = platecamera.Camera

// Driver is the catalog's line.
func Driver() drivers.Driver {
	driver := platecamera.Make{Format: Format()}.Driver("plate camera: Plate Recognizer Stream or Snapshot, which posts to /devices/{deviceId}")
	delete(driver.Settings, "inward")
	driver.Settings["inward_degrees"] = "the direction that the camera reports for a vehicle driving in, 0 to 359 (default: not known)"
	made := driver.Make
	driver.Make = func(host drivers.Host, settings drivers.Settings) (any, error) {
		inward, err := inwardOf(settings)
		if err != nil {
			return nil, err
		}
		common := maps.Clone(settings)
		if common != nil {
			delete(common, "inward_degrees")
		}
		if inward != "" {
			common["inward"] = inward
		}
		return made(host, common)
	}
	return driver
}

// inwardOf is the setting inward_degrees as the word for inward; "" if it is not written.
func inwardOf(settings drivers.Settings) (string, error) {
	degrees, err := settings.Int("inward_degrees", -1)
	if _, written := settings["inward_degrees"]; err != nil || !written {
		return "", err
	}
	if degrees < 0 || degrees > 359 {
		return "", fmt.Errorf("%w: inward_degrees = %d: write 0 to 359", drivers.ErrSettings, degrees)
	}
	return strconv.Itoa(degrees), nil
}

// Parse reads an event's body. An event of another kind has no reads. inwardDegrees is the direction in the picture
// of a vehicle that drives in, or negative if that is not known.
func Parse(body []byte, inwardDegrees int) ([]drivers.PlateRead, error) {
	events, err := platecamera.Parse(body, "", time.UTC, Format())
	if err != nil {
		return nil, err
	}
	inward := ""
	if inwardDegrees >= 0 {
		inward = strconv.Itoa(inwardDegrees)
	}
	return platecamera.Reads(events, inward)
}
