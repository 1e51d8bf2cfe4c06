package payload_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/drivers/lorawan/payload"
)

// vectors are published payloads with what they mean; SOURCE.md beside them says by whom.
const vectors = "../../../../shared/data/lora-sensor-vectors/vectors.json"

type vector struct {
	ID, Device, Source string
	Port               *int `json:"f_port"`
	Hex                string
	Expect             map[string]any
}

func (v vector) port() int {
	if v.Port == nil {
		return payload.NoPort
	}
	return *v.Port
}

func decode(t testing.TB, device string, port int, text string) (map[string]any, error) {
	t.Helper()
	data, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	found, err := payload.Find(device)
	if err != nil {
		return nil, err
	}
	var message payload.Message
	if err := found.Decode(&message, port, data); err != nil {
		return nil, err
	}
	fields := map[string]any{}
	if err := json.Unmarshal(message.AppendJSON(nil), &fields); err != nil {
		t.Fatalf("%s: %s: %v", device, message.AppendJSON(nil), err)
	}
	return fields, nil
}

func TestEveryPublishedVector(t *testing.T) {
	text, err := os.ReadFile(vectors)
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("no shared/data beside the tree")
	}
	var all []vector
	if err != nil || json.Unmarshal(text, &all) != nil || len(all) == 0 {
		t.Fatal(err)
	}
	for _, v := range all {
		got, err := decode(t, v.Device, v.port(), v.Hex)
		if err != nil {
			t.Errorf("%s: %v", v.ID, err)
		}
		for name, want := range v.Expect {
			if !reflect.DeepEqual(got[name], want) {
				t.Errorf("%s: %s = %v, want %v", v.ID, name, got[name], want)
			}
		}
	}
}

func TestADeviceIsFoundByTheNamesThatOthersGiveIt(t *testing.T) {
	devices := payload.Devices()
	for i, device := range devices {
		if found, err := payload.Find(device.Name); err != nil || found.Name != device.Name || i > 0 && device.Name <= devices[i-1].Name {
			t.Errorf("%s: found %s, error %v", device.Name, found.Name, err)
		}
	}
	for name, want := range map[string]string{
		"milesight-iot-em500-udl": "milesight-em500-udl", "Ursalink EM400-MUD": "milesight-em400-mud", "EM310_UDL": "milesight-em310-udl",
		"milesight-EM400-ULD": "milesight-em400-udl", "em411-rdl": "milesight-em410-rdl",
		"pnicorp-placePod": "pni-placepod", "pni_placepods": "pni-placepod", "PlacePod": "pni-placepod",
		"bosch_parksensor": "bosch-parking-lot-sensor", "bosch-parkingLotSensor0_39": "bosch-parking-lot-sensor", "tps110-0292": "bosch-parking-lot-sensor",
		"libelium_smart-parking_v3": "libelium-smart-parking-v2-v3", "nwave-nps405sm": "nwave-nps405", "yosensi-YO-Distance": "yosensi-yo-distance",
		"elsys-elt-2-ultrasonic-10m": "elsys-elt2-ultrasonic", "elsys-elt-2-radar": "elsys-elt2-radar", "elsys_v8": "elsys-elt2-ultrasonic",
		"pepperlFuchs-wilsenSonicLevel": "pepperl-fuchs-wilsen-sonic", "pepperl-fuchs-wilsen-sonic-distance": "pepperl-fuchs-wilsen-sonic",
		"decentlab_dl_mbx": "decentlab-dl-mbx", "enginko-EGK-LW20W00": "enginko-egk-lw20w00", "dragino-ndds20": "dragino-ndds75",
	} {
		if found, err := payload.Find(name); err != nil || found.Name != want {
			t.Errorf("%s: found %s, error %v, want %s", name, found.Name, err, want)
		}
	}
}

func TestWhatMakesNoSenseIsAnErrorThatSaysWhy(t *testing.T) {
	for _, c := range []struct {
		device string
		port   int
		hex    string
		want   string
	}{
		{"no-such-device", 1, "00", "write one of adnexo-ax-dist, bosch-parking-lot-sensor, "},
		{"adnexo-ax-dist", 4, "0304", "setting 03 at byte 0 is unknown"},
		{"bosch-parking-lot-sensor", payload.NoPort, "00", "without its port"},
		{"bosch-parking-lot-sensor", 9, "00", "nothing is known on port 9"},
		{"bosch-parking-lot-sensor", 0, "00", "port 0 carries no application data"},
		{"bosch-parking-lot-sensor", 1, "", "it is empty"},
		{"bosch-parking-lot-sensor", 3, "0000000099020206006f000000170302", "cut"},
		{"bosch-parking-lot-sensor", 3, "0000000099020206006f0000001703020000", "1 bytes follow its end"},
		{"pni-placepod", 2, "3766", "cut"},
		{"pni-placepod", 2, "156601cafebabe", "channel ca of type fe at byte 3 is unknown"},
		{"libelium-smart-parking-v2-v3", 1, "090A00001F00C60561ED91", "frame 9 is unknown"},
		{"libelium-smart-parking-v2-v3", 1, "006e00090039000000", "it has 9 bytes, not [11]"},
		{"milesight-em310-udl", 85, "01755c038244", "cut"},
		{"milesight-em310-udl", 85, "04824408", "channel 04 of type 82 at byte 0 is unknown"},
		{"dragino-ldds04", 3, "0d4a03160318031a031501", "nothing is known on port 3"},
		{"elsys-elt2-ultrasonic", 5, "0100dd0e01", "cut"},
		{"elsys-elt2-ultrasonic", 5, "2500", "type 25 at byte 0 is unknown"},
		{"yosensi-yo-distance", 1, "0328000008000112c4", "payload version 3 is unknown"},
		{"yosensi-yo-distance", 1, "02280000080001", "hold no measurement"},
	} {
		if _, err := decode(t, c.device, c.port, c.hex); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: error %v, want %q", c.device, c.hex, err, c.want)
		}
	}
}

// Whatever a device is sent, it decodes to JSON or to an error without any field, and says the same again.
func TestNoPayloadHarmsADecoder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		device := rapid.SampledFrom(payload.Devices()).Draw(t, "device")
		checkDecode(t, device, rapid.IntRange(-1, 12).Draw(t, "port"), rapid.SliceOfN(rapid.Byte(), 0, 64).Draw(t, "data"))
	})
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func checkDecode(t failer, device payload.Device, port int, data []byte) {
	t.Helper()
	var message payload.Message
	err := device.Decode(&message, port, data)
	text := message.AppendJSON(nil)
	var fields map[string]any
	if jsonErr := json.Unmarshal(text, &fields); jsonErr != nil || len(fields) != len(message.Fields()) {
		t.Fatalf("%s port %d: %X: %s: %v", device.Name, port, data, text, jsonErr)
	}
	if err != nil && (len(fields) != 0 || !errors.Is(err, payload.ErrPayload)) {
		t.Fatalf("%s port %d: %X: error %v and %s", device.Name, port, data, err, text)
	}
	again := device.Decode(&message, port, data)
	if fmt.Sprint(again) != fmt.Sprint(err) || string(message.AppendJSON(nil)) != string(text) {
		t.Fatalf("%s port %d: %X: first %v %s, then %v %s", device.Name, port, data, err, text, again, message.AppendJSON(nil))
	}
}

func FuzzDecode(f *testing.F) {
	devices := payload.Devices()
	for _, v := range goldens(f) {
		data, err := hex.DecodeString(v.Hex)
		device, unknown := payload.Find(v.Device)
		if err != nil || unknown != nil {
			f.Fatal(err, unknown)
		}
		for i := range devices {
			if devices[i].Name == device.Name {
				f.Add(uint8(i), uint8(v.port()+1), data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, device, port uint8, data []byte) {
		checkDecode(t, devices[int(device)%len(devices)], int(port)-1, data)
	})
}

func TestAllocations(t *testing.T) {
	for _, c := range []struct {
		device, hex string
		port        int
	}{
		{"bosch-parking-lot-sensor", "01ff", 2},
		{"pni-placepod", "026700c3376601", 2},
		{"milesight-em400-udl", "01755c0367010104824408050001", 85},
		{"dragino-ldds04", "0d4a03160318031a031501", 2},
		{"elsys-elt2-ultrasonic", "0100dd022b070e2e0e012c14000eb751", 5},
		{"yosensi-yo-distance", "0228000008000112c40d000100e41000001d2800010159", 1},
		{"dingtek-do200", "800002011500000000016f0079ffb0fff500000081", 3},
		{"pepperl-fuchs-wilsen-sonic", "040b0206b9030b07ff06020141b9999a03510124", 1},
		{"vega-vegapulse-air", "083fa31f152d2401042009", 1},
		{"tekelek-766", "10000100018df8aa018cf8aa018cf8aa018cf8aa", 16},
		{"decentlab-dl-rad", "02586b0003074c88b68a8c00000b93", 1},
		{"dragino-mds200-lb", "0b880100250001", 2},
		{"sensoneo-quatro", "ffff22b39c009070017f7f7f7f6d15325d", 2},
	} {
		data, _ := hex.DecodeString(c.hex)
		device, err := payload.Find(c.device)
		if err != nil {
			t.Fatal(err)
		}
		var message payload.Message
		if n := testing.AllocsPerRun(100, func() { _ = device.Decode(&message, c.port, data) }); n != 0 {
			t.Errorf("%s: %v allocations", c.device, n)
		}
	}
}
