package mqttsign

import (
	"context"
	"fmt"
	"strings"

	"gatehouse/drivers"
	"gatehouse/drivers/dialog"
)

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "mqttsign",
		Summary: "displays of a floor's free spots that listen to an MQTT broker (displays/{locationId}/{floorId})",
		Settings: map[string]string{
			"broker":   "name of the broker in the site file",
			"location": "id of the location, for the topic",
			"floor":    "id of the floor, for the topic",
		},
		Wires: map[string]drivers.Wire{"broker": drivers.WireBroker},
		Make:  func(host drivers.Host, settings drivers.Settings) (any, error) { return newSign(host, settings) },
	}
}

// Sign is the displays of one floor.
type Sign struct {
	line  *dialog.Line[drivers.Broker]
	name  string
	topic string
}

func newSign(host drivers.Host, settings drivers.Settings) (s *Sign, err error) {
	s = &Sign{topic: "displays"}
	if s.name, err = settings.Named("broker", "one of the site's brokers"); err != nil {
		return nil, err
	}
	for _, key := range []string{"location", "floor"} {
		id, err := settings.Named(key, "the "+key)
		if err == nil && strings.ContainsAny(id, "/+#\x00") {
			err = fmt.Errorf("%w: %s = %q: write an id without /, + and #", drivers.ErrSettings, key, id)
		}
		if err != nil {
			return nil, err
		}
		s.topic += "/" + id
	}
	s.line = dialog.New(func(context.Context) (drivers.Broker, error) { return host.Broker(s.name) })
	return s, nil
}

// Show publishes the face.
func (s *Sign) Show(ctx context.Context, face drivers.Face) error {
	err := s.line.Do(ctx, func(broker drivers.Broker, _ bool) error { return broker.Publish(ctx, s.topic, Encode(face), true) })
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("mqttsign: broker %s: %w", s.name, err)
	}
	return err
}
