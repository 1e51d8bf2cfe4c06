package lorawan

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"gatehouse/drivers"
	"gatehouse/drivers/lorawan/payload"
)

// sensorsMax bounds the sensors of one device; a car park has more devices then.
const sensorsMax = 20_000

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "lorawan",
		Summary: "LoRaWAN parking and distance sensors through a ChirpStack v4 or The Things Stack v3 server (MQTT)",
		Settings: map[string]string{
			"broker":      "name of the MQTT broker in the site file",
			"server":      "chirpstack or ttn (default chirpstack)",
			"application": "id of the application on the server; on ttn application@tenant (default +, any)",
			"model":       "maker and model of the sensors; lotctl sensor ls lists them",
			"sensors":     "the sensors' device EUIs, in the order of the spots; one with several probes once for each",
		},
		Wires: map[string]drivers.Wire{"broker": drivers.WireBroker},
		Make:  func(host drivers.Host, settings drivers.Settings) (any, error) { return newNetwork(host, settings) },
	}
}

// ErrUplink is the fault of a message that can't be read as this model's.
var ErrUplink = errors.New("lorawan: an uplink that can't be understood: check that model is the sensor's, and its firmware's payload version")

// Network is the sensors of one model.
type Network struct {
	drivers.Faults
	host     drivers.Host
	broker   string
	server   server
	filter   string
	model    payload.Device
	channels map[string][]int    // by device EUI: the channel of each of its probes
	sessions map[string]*session // of its sensors, by device EUI; whoever senses has them

	repeated, late atomic.Uint64
}

func newNetwork(host drivers.Host, settings drivers.Settings) (*Network, error) {
	broker, err := settings.Named("broker", "one of the site's brokers")
	if err != nil {
		return nil, err
	}
	kind, err := serverOf(settings)
	if err != nil {
		return nil, err
	}
	application, err := settings.Text("application", "+")
	if err == nil && (application == "" || strings.ContainsAny(application, "/#")) {
		err = fmt.Errorf("%w: application = %q: write the application's id on the server", drivers.ErrSettings, application)
	}
	if err != nil {
		return nil, err
	}
	name, err := settings.Text("model", "")
	if err != nil {
		return nil, err
	}
	model, err := payload.Find(name)
	if err != nil {
		return nil, fmt.Errorf("%w: model = %q: %w", drivers.ErrSettings, name, err)
	}
	channels, err := channelsOf(settings)
	if err != nil {
		return nil, err
	}
	return &Network{
		host: host, broker: broker, server: kind, filter: kind.filter(application), model: model, channels: channels,
		sessions: map[string]*session{},
	}, nil
}

// channelsOf reads which sensor watches which channel.
func channelsOf(settings drivers.Settings) (map[string][]int, error) {
	sensors, err := settings.Texts("sensors")
	if err != nil {
		return nil, err
	}
	if len(sensors) == 0 || len(sensors) > sensorsMax {
		return nil, fmt.Errorf("%w: sensors: %d of them: write 1 to %d device EUIs", drivers.ErrSettings, len(sensors), sensorsMax)
	}
	channels := map[string][]int{}
	for channel, text := range sensors {
		eui, valid := cleanEUI(text)
		if !valid {
			return nil, fmt.Errorf("%w: sensors: %q is no device EUI: write 16 digits of 0 to 9 and a to f", drivers.ErrSettings, text)
		}
		channels[eui] = append(channels[eui], channel)
	}
	return channels, nil
}

// Repeated counts the uplinks that came again.
func (n *Network) Repeated() uint64 { return n.repeated.Load() }

// Late counts the uplinks that were overtaken by later ones.
func (n *Network) Late() uint64 { return n.late.Load() }

// Channels is how many spots it watches.
func (n *Network) Channels() int {
	count := 0
	for _, channels := range n.channels {
		count += len(channels)
	}
	return count
}

// Sense reports what the sensors say until ctx ends or the broker is lost. What was heard before counts in the next Sense as well:
// the server may send it again.
func (n *Network) Sense(ctx context.Context, report func(drivers.Sample)) error {
	broker, err := n.host.Broker(n.broker)
	if err != nil {
		return fmt.Errorf("lorawan: open broker %s: %w", n.broker, err)
	}
	defer broker.Close()
	l := listener{network: n, report: report}
	if err := broker.Watch(ctx, n.filter, l.hear); err != nil && ctx.Err() == nil {
		return fmt.Errorf("lorawan: watch %s of broker %s: %w", n.filter, n.broker, err)
	}
	return ctx.Err()
}

// listener is one run of Sense.
type listener struct {
	network *Network
	message payload.Message
	report  func(drivers.Sample)
}

// hear takes one message of the broker.
func (l *listener) hear(topic string, body []byte) {
	eui, valid := l.network.server.topicEUI(topic)
	if !valid || eui != "" && len(l.network.channels[eui]) == 0 {
		return // another device of the same application
	}
	u, err := parseUplink(l.network.server, body)
	if err == nil && eui != "" && u.eui != eui {
		err = fmt.Errorf("it is of %s", u.eui)
	}
	if err != nil {
		l.network.Note(fmt.Errorf("%w: %w (topic %.200q)", ErrUplink, err, topic))
		return
	}
	l.take(u)
}

// take takes one uplink that may be one of the network's sensors'.
func (l *listener) take(u uplink) {
	channels := l.network.channels[u.eui]
	if len(channels) == 0 || u.port == 0 || len(u.data) == 0 {
		return // another device, or an answer of the radio alone
	}
	if err := l.network.model.Decode(&l.message, u.port, u.data); err != nil {
		l.network.Note(fmt.Errorf("%w: %w (sensor %s, port %d)", ErrUplink, err, u.eui, u.port))
		return
	}
	last := l.network.sessions[u.eui]
	if last == nil {
		last = &session{}
		l.network.sessions[u.eui] = last
	}
	switch last.judge(u, l.message.Text("kind") == "startup") {
	case uplinkRepeated:
		l.network.repeated.Add(1)
	case uplinkLate:
		l.network.late.Add(1)
	default:
		for probe, channel := range channels {
			sample := sampleOf(&l.message, probe)
			sample.Channel = channel
			l.report(sample)
		}
	}
}
