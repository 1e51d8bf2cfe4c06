package lorawan

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"gatehouse/drivers/lorawan/payload"
)

// uplinkBytesMax bounds the JSON of an uplink: dozens of radio gateways may have heard it, each with a record.
const uplinkBytesMax = 64 << 10

var errUplink = errors.New("lorawan: no uplink")

// uplink is what the driver takes from an event of ChirpStack v4.
type uplink struct {
	eui     string
	address string // changes with every join
	counter uint32
	port    int
	data    []byte
}

// event is the JSON of an uplink (ChirpStack v4, integration.UplinkEvent), as far as it is read.
type event struct {
	DeviceInfo struct {
		DevEUI string `json:"devEui"`
	} `json:"deviceInfo"`
	DevAddr string `json:"devAddr"`
	FCnt    uint32 `json:"fCnt"`
	FPort   uint8  `json:"fPort"`
	Data    string `json:"data"`

	JoinServerContext json.RawMessage `json:"joinServerContext"`
}

func parseUplink(body []byte) (uplink, error) {
	if len(body) > uplinkBytesMax {
		return uplink{}, fmt.Errorf("%w: %d bytes, more than %d", errUplink, len(body), uplinkBytesMax)
	}
	var e event
	if err := json.Unmarshal(body, &e); err != nil {
		return uplink{}, fmt.Errorf("%w: %w: ChirpStack's MQTT integration must write JSON", errUplink, err)
	}
	eui, valid := cleanEUI(e.DeviceInfo.DevEUI)
	if !valid {
		return uplink{}, fmt.Errorf("%w: deviceInfo.devEui = %q", errUplink, e.DeviceInfo.DevEUI)
	}
	if context := string(e.JoinServerContext); context != "" && context != "null" {
		return uplink{}, fmt.Errorf("%w: its data is sealed with a key that only the join server has: give ChirpStack the AppSKey", errUplink)
	}
	if len(e.Data) > base64.StdEncoding.EncodedLen(payload.BytesMax) {
		return uplink{}, fmt.Errorf("%w: data has %d characters, more than any frame", errUplink, len(e.Data))
	}
	data, err := base64.StdEncoding.DecodeString(e.Data)
	if err != nil {
		return uplink{}, fmt.Errorf("%w: data: %w", errUplink, err)
	}
	return uplink{eui: eui, address: strings.ToLower(e.DevAddr), counter: e.FCnt, port: int(e.FPort), data: data}, nil
}

// euiDigits is the length of a device EUI without what people put between its bytes.
const euiDigits = 16

// cleanEUI is a device EUI in small letters and nothing between its bytes.
func cleanEUI(text string) (eui string, valid bool) {
	eui = strings.ToLower(strings.NewReplacer("-", "", ":", "", " ", "").Replace(text))
	return eui, len(eui) == euiDigits && strings.Trim(eui, "0123456789abcdef") == ""
}

// topicEUI is the device of application/{id}/device/{devEui}/event/up.
func topicEUI(topic string) (eui string, valid bool) {
	parts := strings.Split(topic, "/")
	if len(parts) != 6 {
		return "", false
	}
	return cleanEUI(parts[3])
}
