package mqttbroker

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"gatehouse/drivers"
	"gatehouse/sync/mqtt"
)

// Broker says how one broker is reached.
type Broker struct {
	URL      string // tcp://host:1883 or tls://host:8883
	Username string // empty: it asks for none
	Password string
	CA       string // PEM file of the authority that signed its certificate; empty: the machine's authorities
}

// Brokers are those of a site, by name.
type Brokers struct {
	Known map[string]Broker
	// Client is how the gateway calls itself; a random ending makes each connection's name its own.
	Client string
	Log    *slog.Logger // nil: none
}

var errAuthority = errors.New("it holds no certificate: write the path of a PEM file")

// Open opens a broker. An error that wraps drivers.ErrSettings says that the site can't mean it.
func (b Brokers) Open(name string) (drivers.Broker, error) {
	described, known := b.Known[name]
	if !known {
		return nil, fmt.Errorf("mqttbroker: %w: the site names no broker %q: add a [[broker]] of that name", drivers.ErrSettings, name)
	}
	options, err := described.options()
	if err != nil {
		return nil, fmt.Errorf("mqttbroker: broker %s: %w", name, err)
	}
	options.Log = b.Log
	return &client{name: name, calls: b.Client, options: options}, nil
}

// options are how an MQTT client reaches the broker.
func (b Broker) options() (mqtt.Options, error) {
	options := mqtt.Options{Broker: b.URL, Username: b.Username, Password: b.Password}
	if scheme, _, _ := strings.Cut(b.URL, "://"); scheme == "tcp" || scheme == "mqtt" {
		return options, nil
	}
	options.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	if b.CA == "" {
		return options, nil
	}
	authority, err := os.ReadFile(b.CA)
	if err == nil {
		options.TLS.RootCAs = x509.NewCertPool()
		if !options.TLS.RootCAs.AppendCertsFromPEM(authority) {
			err = errAuthority
		}
	}
	if err != nil {
		err = fmt.Errorf("%w: ca = %q: %w", drivers.ErrSettings, b.CA, err)
	}
	return options, err
}
