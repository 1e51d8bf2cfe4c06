package hikvision

import (
	"context"

	"gatehouse/drivers"
	"gatehouse/drivers/platecamera"
)

const (
	sourceName  = "alertStream"
	alertStream = "/ISAPI/Event/notification/alertStream"
)

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return maker().Driver("plate camera: Hikvision (ISAPI), which posts to /devices/{deviceId} or is asked at its address")
}

func maker() platecamera.Make {
	return platecamera.Make{Format: Format(), Default: sourceName, Sources: map[string]platecamera.Source{sourceName: follow}}
}

func follow(ctx context.Context, connection *platecamera.Connection, take func([]platecamera.Event) error) error {
	return connection.Stream(ctx, alertStream, platecamera.SilenceLimit, take)
}
