package lorawan

import (
	"fmt"
	"slices"
	"strings"

	"gatehouse/drivers"
)

// server is a kind of network server, as the settings name it.
type server string

const (
	serverChirpStack server = "chirpstack" // ChirpStack v4
	serverThings     server = "ttn"        // The Things Stack v3
)

// serverOf reads which kind of server it is.
func serverOf(settings drivers.Settings) (server, error) {
	text, err := settings.Text("server", string(serverChirpStack))
	if err != nil {
		return "", err
	}
	if known := server(text); slices.Contains([]server{serverChirpStack, serverThings}, known) {
		return known, nil
	}
	return "", fmt.Errorf("%w: server = %q: write chirpstack or ttn", drivers.ErrSettings, text)
}

// filter is the topics of the uplinks of an application.
func (s server) filter(application string) string {
	if s == serverThings {
		return "v3/" + application + "/devices/+/up"
	}
	return "application/" + application + "/device/+/event/up"
}

// topicEUI is the device of a topic of ChirpStack's, application/{id}/device/{devEui}/event/up, which need not be read
// when it is another's. The Things Stack's have a name instead.
func (s server) topicEUI(topic string) (eui string, valid bool) {
	if s == serverThings {
		return "", true
	}
	parts := strings.Split(topic, "/")
	if len(parts) != 6 {
		return "", false
	}
	return cleanEUI(parts[3])
}
