package lorawan

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Simulator is a network server with sensors: it publishes what each of them sends, as ChirpStack v4 or The Things Stack v3
// does.
type Simulator struct {
	Things      bool // it is The Things Stack
	Publish     func(topic string, payload []byte, retained bool)
	Application string
	Address     string // of all sensors; another one after they joined again

	counters map[string]uint32
}

// Send publishes one uplink of a sensor with the next of its counters.
func (s *Simulator) Send(eui string, port uint8, data []byte) error {
	if s.counters == nil {
		s.counters = map[string]uint32{}
	}
	s.counters[eui]++
	return s.SendCounted(eui, s.counters[eui], port, data)
}

// SendCounted publishes one uplink with a counter of the caller's: again, or late.
func (s *Simulator) SendCounted(eui string, counter uint32, port uint8, data []byte) error {
	if s.Things {
		return s.sendThings(eui, counter, port, data)
	}
	info := map[string]any{"applicationId": s.Application, "devEui": eui, "deviceName": "spot"}
	body, err := json.Marshal(map[string]any{
		"deduplicationId": fmt.Sprintf("%s-%d", eui, counter), "deviceInfo": info, "devAddr": s.Address,
		"adr": true, "dr": 5, "fCnt": counter, "fPort": port, "confirmed": false, "data": data,
		"rxInfo": []map[string]any{{"gatewayId": "0016c001f153a14c", "rssi": -57, "snr": 10}},
	})
	if err != nil {
		return fmt.Errorf("lorawan: simulate %s: %w", eui, err)
	}
	s.Publish("application/"+s.Application+"/device/"+eui+"/event/up", body, false)
	return nil
}

// sendThings publishes one uplink as The Things Stack does.
func (s *Simulator) sendThings(eui string, counter uint32, port uint8, data []byte) error {
	application := map[string]any{"application_id": s.Application}
	body, err := json.Marshal(map[string]any{
		"end_device_ids": map[string]any{
			"device_id": "eui-" + eui, "application_ids": application, "dev_eui": strings.ToUpper(eui), "dev_addr": s.Address,
		},
		"uplink_message": map[string]any{
			"session_key_id": "AXA50/tDDaI", "f_cnt": counter, "f_port": port, "frm_payload": data,
			"rx_metadata": []map[string]any{{"gateway_ids": map[string]any{"gateway_id": "gate"}, "rssi": -57}},
		},
	})
	if err != nil {
		return fmt.Errorf("lorawan: simulate %s: %w", eui, err)
	}
	s.Publish("v3/"+s.Application+"@ttn/devices/eui-"+eui+"/up", body, false)
	return nil
}

// SendOccupied publishes a change of state as Bosch's sensors do, or a heartbeat with the state.
func (s *Simulator) SendOccupied(eui string, occupied, heartbeat bool) error {
	state := []byte{0}
	if occupied {
		state[0] = 1
	}
	if heartbeat {
		return s.Send(eui, 2, append(state, 21))
	}
	return s.Send(eui, 1, state)
}

// SendDistance publishes a distance as Milesight's EM400 does.
func (s *Simulator) SendDistance(eui string, distanceMM uint16) error {
	return s.Send(eui, 85, []byte{0x01, 0x75, 92, 0x04, 0x82, byte(distanceMM), byte(distanceMM >> 8)})
}
