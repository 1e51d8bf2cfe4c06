package mqttsign

import (
	"context"
	"fmt"
	"strings"

	"gatehouse/drivers"
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
	host   drivers.Host
	name   string
	topic  string
	turn   chan struct{}  // holds a token while somebody shows
	broker drivers.Broker // nil: not open
}

func newSign(host drivers.Host, settings drivers.Settings) (s *Sign, err error) {
	s = &Sign{host: host, turn: make(chan struct{}, 1), topic: "displays"}
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
	return s, nil
}

// Show publishes the face.
func (s *Sign) Show(ctx context.Context, face drivers.Face) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	err := s.publish(ctx, Encode(face))
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("mqttsign: broker %s: %w", s.name, err)
	}
	return err
}

func (s *Sign) publish(ctx context.Context, payload []byte) (err error) {
	if s.broker == nil {
		if s.broker, err = s.host.Broker(s.name); err != nil {
			s.broker = nil
			return err
		}
	}
	if err = s.broker.Publish(ctx, s.topic, payload, true); err != nil {
		_ = s.broker.Close() // the failure before it is told
		s.broker = nil
	}
	return err
}
