package dahua

import (
	"context"

	"gatehouse/drivers"
	"gatehouse/drivers/platecamera"
)

// What is asked for. The camera says that it is alive every five seconds.
const (
	eventStream   = "/cgi-bin/eventManager.cgi?action=attach&codes=[All]&heartbeat=5"
	pictureStream = "/cgi-bin/snapManager.cgi?action=attachFileProc&channel=1&heartbeat=5&Flags[0]=Event&Events=[TrafficJunction]"
)

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return maker().Driver("plate camera: Dahua, which posts to /devices/{deviceId} or is asked at its address")
}

func maker() platecamera.Make {
	return platecamera.Make{Format: Format(), Default: "events", Sources: map[string]platecamera.Source{
		"events": stream(eventStream), "pictures": stream(pictureStream), "calls": call,
	}}
}

func stream(path string) platecamera.Source {
	return func(ctx context.Context, connection *platecamera.Connection, take func([]platecamera.Event) error) error {
		return connection.Stream(ctx, path, platecamera.SilenceLimit, take)
	}
}
