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

// uplink is what the driver takes from an event of a network server.
type uplink struct {
	eui     string
	address string // changes with every join
	counter uint32
	port    int
	data    []byte
}

// event is the JSON of an uplink as ChirpStack v4 (integration.UplinkEvent) and as The Things Stack v3 (ApplicationUp)
// write it, as far as it is read. Both leave out what is 0 or empty.
type event struct {
	DeviceInfo struct {
		DevEUI string `json:"devEui"`
	} `json:"deviceInfo"`
	DevAddr           string          `json:"devAddr"`
	FCnt              uint32          `json:"fCnt"`
	FPort             uint8           `json:"fPort"`
	Data              string          `json:"data"`
	JoinServerContext json.RawMessage `json:"joinServerContext"`

	EndDeviceIDs struct {
		DevEUI  string `json:"dev_eui"`
		DevAddr string `json:"dev_addr"`
	} `json:"end_device_ids"`
	UplinkMessage struct {
		FCnt       uint32          `json:"f_cnt"`
		FPort      uint8           `json:"f_port"`
		FRMPayload string          `json:"frm_payload"`
		AppSKey    json.RawMessage `json:"app_s_key"`
	} `json:"uplink_message"`
	Simulated bool `json:"simulated"`
}

// thingsEvent puts the fields of The Things Stack where those of ChirpStack are. What was simulated on its console moves
// no car: nothing is left of it but whose it is.
func (e *event) thingsEvent() {
	e.DeviceInfo.DevEUI, e.DevAddr = e.EndDeviceIDs.DevEUI, e.EndDeviceIDs.DevAddr
	e.JoinServerContext = e.UplinkMessage.AppSKey // the same: whoever gets a key is to open the data himself
	if !e.Simulated {
		e.FCnt, e.FPort, e.Data = e.UplinkMessage.FCnt, e.UplinkMessage.FPort, e.UplinkMessage.FRMPayload
	}
}

func parseUplink(of server, body []byte) (uplink, error) {
	if len(body) > uplinkBytesMax {
		return uplink{}, fmt.Errorf("%w: %d bytes, more than %d", errUplink, len(body), uplinkBytesMax)
	}
	var e event
	if err := json.Unmarshal(body, &e); err != nil {
		return uplink{}, fmt.Errorf("%w: %w: the server's MQTT integration must write JSON", errUplink, err)
	}
	if of == serverThings {
		e.thingsEvent()
	}
	eui, valid := cleanEUI(e.DeviceInfo.DevEUI)
	if !valid {
		return uplink{}, fmt.Errorf("%w: its device EUI is %q", errUplink, e.DeviceInfo.DevEUI)
	}
	if context := string(e.JoinServerContext); context != "" && context != "null" {
		return uplink{}, fmt.Errorf("%w: its data is sealed with a key that the server has not: give it the AppSKey", errUplink)
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
