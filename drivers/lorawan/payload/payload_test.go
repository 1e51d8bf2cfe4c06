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
	ID, Device string
	Port       *int `json:"f_port"`
	Hex        string
	Expect     map[string]any
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
		port := payload.NoPort
		if v.Port != nil {
			port = *v.Port
		}
		got, err := decode(t, v.Device, port, v.Hex)
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

// The golden payloads are examples of public decoders and documents: tts is TheThingsNetwork/lorawan-devices
// (Apache-2.0), akenza its device-type-library (MIT), zenner element-parsers as of 2021 (MIT then), milesight the maker's
// documents.
func TestGoldenPayloads(t *testing.T) {
	for _, c := range []struct {
		source, device string
		port           int
		hex, want      string
	}{
		{"tts", "Bosch TPL110", 3, "24030000 75030000 00000000 001d02 03 01", `{"kind":"startup","debug_codes":[804,885],"firmware":"0.29.2","reset_cause_code":3,"reset_cause":"system_request","occupied":true}`},
		{"akenza", "bosch-tps110", 3, "0a000000970320cd000200000027020300", `{"kind":"startup","debug_codes":[10,919,512],"firmware":"0.39.2","reset_cause_code":3,"reset_cause":"system_request","occupied":false}`},
		{"akenza's layout", "bosch-tps110", 5, "0000000102", `{"kind":"usage","state_changes":258}`},
		{"akenza's layout", "bosch-tps110", 5, "0501020304050006", `{"kind":"usage","brownout_resets":1,"lockup_resets":2,"external_pin_resets":3,"power_on_resets":4,"watchdog_resets":5,"software_resets":6}`},
		{"zenner", "bosch-tps110", 3, "d0000000ab0301f50c0000000017030401", `{"kind":"startup","debug_codes":[208,939,12],"firmware":"0.23.3","reset_cause_code":4,"reset_cause":"other","occupied":true}`},
		{"tts's layout", "bosch-tps110", 6, "78563412 2403 0000 0700", `{"kind":"debug","device_time_s":305419896,"debug_code":804,"sequence":7}`},
		{"zenner", "pni-placepod", 2, "3F0101 376600 210020 1C0101 156601 0302015E 026700F0 010101", `{"kind":"startup","rebooted":true,"occupied":true,"vehicle_count":32,"deactivated":true,"battery_v":3.5,"temperature_c":24,"recalibrated":true}`},
		{"zenner", "PNI PlacePod", payload.NoPort, "0302016D026700E1156600", `{"kind":"status","battery_v":3.65,"temperature_c":22.5,"occupied":false}`},
		{"zenner's layout", "placepod", 1, "210080", `{"kind":"status","restarted":true}`},
		{"zenner", "libelium-smart-parking-v2-v3", payload.NoPort, "829F665700000D9F00FF00", `{"frame":"daily_update","frame_counter":159,"occupied":true,"battery_ok":true,"config_ok":true,"recalibrated":false,"data":"665700000d9f00ff00"}`},
		{"zenner", "libelium-smart-parking", 1, "04001E0E7CF2D9F91E0DDF", `{"frame":"start1","frame_counter":0,"occupied":false,"battery_ok":true,"config_ok":true,"recalibrated":false,"firmware_version":30,"data":"0e7cf2d9f91e0ddf"}`},
		{"tts", "nwave-nps405", 1, "95", `{"kind":"status","occupied":true,"previous_state_min":74,"previous_state_error_min":0,"previous_state_overflow":false}`},
		{"tts's other version", "nwave-nps405-bit7", 1, "95", `{"kind":"status","occupied":true,"previous_state_min":21,"previous_state_error_min":0,"previous_state_overflow":false}`},
		{"tts", "nwave-nps405", 10, "D1201F345678", `{"kind":"registration","occupied":true,"previous_state_min":160,"previous_state_error_min":4,"previous_state_overflow":false,"tag_battery_v":3.2,"tag_id":"1F345678"}`},
		{"tts", "nwave-nps405", 2, "00D3D800590B", `{"kind":"heartbeat","occupied":false,"hardware_health":0,"battery_v":3.344,"temperature_c":-10,"battery_health":"normal"}`},
		{"tts", "nwave-nps405", 3, "0204090200", `{"kind":"startup","firmware":"2.4.9","reset_cause_code":2,"reset_cause":"power_on","occupied":false}`},
		{"tts's layout", "nwave-nps405", 1, "FF", `{"kind":"status","occupied":true,"previous_state_min":660,"previous_state_overflow":true}`},
		{"tts's layout", "tekzitel-tekzipark", 1, "A1F60B", `{"kind":"heartbeat","occupied":true,"battery_ok":true,"obstructed":false,"radar":false,"no_beacon":false,"temperature_c":-10,"parking_id":11}`},
		{"milesight", "EM400-TLD", 85, "01755C 03670101 04824408 050001", `{"battery_pct":92,"temperature_c":25.7,"distance_mm":2116,"tilted":true}`},
		{"milesight", "milesight-em400-udl", payload.NoPort, "020001005f00000001303130313031313036373439443139303534363930303331383638353038303634383037333530343630303433323234323133313130383938363034313231303232373030363238353709000e01756403670b0104823b01050001", `{"battery_pct":100,"temperature_c":26.7,"distance_mm":315,"tilted":true,"frame_counter":0,"firmware":"0101","hardware":"0110","serial_number":"6749D19054690031","signal_csq":9}`},
		{"milesight's layout", "em310-udl", 85, "ff0bff ff0101 ff166141d18425180003 ff090310 ff0a0110 ff0f00", `{"powered_on":true,"ipso_version":"0.1","serial_number":"6141d18425180003","hardware":"3.1","firmware":"1.10","lorawan_class_code":0}`},
		{"milesight's layout", "em310-udl", 85, "040002 ff0901b0", `{"hardware":"1.11"}`},
		{"milesight's layout", "em400-mud", 85, "068880e80c03 00093d0011", `{"latitude_deg":51.1776,"longitude_deg":4,"motion_code":1,"geofence_code":1}`},
		{"milesight's layout", "em410-rdl", 85, "8482e80302 0482feff f939 b004 f839 580201", `{"distance_mm":1000,"distance_alarm":true,"distance_error":"disabled","collection_interval":1200,"configured":false}`},
		{"milesight's layout", "em410-rdl", 85, "20ce00e1f505fdff0001000000 20ce3ce1f505e8030001000002", `{"history_times_s":[100000060],"history_distances_mm":[1000],"history_temperatures_c":[25.6],"history_mutations_mm":[0],"history_events":[2]}`},
		{"milesight's layout", "em310-udl", 85, "fe03b004", `{"report_interval":1200}`},
		{"milesight", "milesight_em500_udl", 85, "01756403821E00", `{"battery_pct":100,"distance_mm":30}`},
		{"milesight's layout", "milesight-em410-rdl", 85, "b482fdff02", `{"distance_error":"no_target","distance_exception":"no_target"}`},
		{"tts's layout", "dragino-ldds75", 2, "0b450c06 01 0101 01", `{"battery_v":2.885,"distance_mm":3078,"interrupt":true,"temperature_c":25.7,"sensor_present":true}`},
		{"tts's layout", "dragino-ldds75", 2, "0b45 0000 00", `{"battery_v":2.885,"distance_error":"no_sensor","interrupt":false}`},
		{"tts's layout", "dds04-lb", 5, "23 0123 01 ff 0ce4", `{"kind":"device","model_code":35,"firmware":"1.2.3","frequency_band":"EU868","battery_v":3.3}`},
		{"tts's layout", "dragino-ldds04", 2, "8d4a03160318031a031501", `{"battery_v":3.402,"distances_cm":[79,79.2,79.4,78.9],"ext_trigger":true,"message_type":1}`},
		{"dragino's layout", "dragino-llds12", 2, "0ce4 00fa ffff 0010 00 1b 01", `{"battery_v":3.3,"temperature_c":25,"distance_error":"invalid","signal":16,"interrupt":false,"laser_temperature_c":27,"message_type":1}`},
		{"dragino's layout", "dragino-lds12-lb", 2, "0ce4 00fa 0b05 0190 02 1b 01", `{"battery_v":3.3,"temperature_c":25,"distance_mm":2821,"signal":400,"interrupt":false,"ext_level":true,"laser_temperature_c":27,"message_type":1}`},
		{"dragino's layout", "lds40-lb", 3, "4100 0b05 0190 1b 64ccc6a4", `{"kind":"stored","stored_distances_mm":[2821],"stored_times_s":[1691141796]}`},
		{"dragino's layout", "dragino-ds20l", 2, "0ce4 70 0b05 01 00000007", `{"battery_v":3.3,"mode":1,"alarm":true,"interrupt":true,"distance_mm":2821,"distance_state_code":1,"interrupt_count":7}`},
		{"dragino's layout", "dragino-ds20l", 2, "0ce4 94 0b05 0bb8 0064", `{"battery_v":3.3,"mode":2,"alarm":false,"output":true,"distance_mm":2821,"limit_alarm":true,"upper_limit_mm":3000,"lower_limit_mm":100}`},
		{"dragino's layout", "dragino-ds20l", 2, "0ce4 88 00000007 0bb8 0064", `{"battery_v":3.3,"mode":2,"alarm":false,"interrupt_count":7,"limit_alarm":false,"upper_limit_mm":3000,"lower_limit_mm":100}`},
		{"dragino's layout", "dragino-ds20l", 5, "21 0100 01 ff 02 0ce4", `{"kind":"device","model_code":33,"firmware":"1.0.0","frequency_band":"EU868","mode":2,"battery_v":3.3}`},
		{"dragino's layout", "dragino-llds12", 2, "0300 0000 0000 0000 00 00 02", `{"kind":"reply","data":"0300000000000000000002"}`},
		{"zenner's layout", "placepod", 1, "376602 02670014", `{"kind":"heartbeat","temperature_c":2}`},
		{"akenza's layout", "yosensi-yo-distance", 1, "02010000 28001101 0159", `{"payload_counter":1,"age_s":0,"distance_mm":345}`},
		{"akenza's layout", "yosensi-yo-distance", 1, "02010000 28001101 0159 28001102 0160", `{"payload_counter":1,"age_s":0,"distance_mm_01":345,"distance_mm_02":352}`},
		{"zenner", "elsys-elt2-ultrasonic", 5, "0100D5022703FB00C1070E4B0F0014000F417A", `{"temperature_c":21.3,"humidity_pct":39,"acceleration_x":-5,"acceleration_y":0,"acceleration_z":-63,"battery_v":3.659,"acceleration_motion":0,"pressure_hpa":999.802}`},
		{"zenner", "ELSYS ELT-2 ultrasonic", 5, "0E0042 1101 151337 160001 1700000002 180023", `{"distance_mm":66,"occupancy":1,"occupied":true,"sound_peak_db":19,"sound_average_db":55,"pulse2":1,"pulse2_total":2,"analog2_mv":35}`},
		{"akenza's layout", "elsys-elt2-ultrasonic", 6, "3e08 0805 14 00000258 fe", `{"kind":"settings","port":5,"sample_period":600,"reboot":true}`},
		{"akenza", "elsys-ers-eye", 5, "0100e102280401a00500070dff1102", `{"temperature_c":22.5,"humidity_pct":40,"light_lux":416,"motion":0,"battery_v":3.583,"occupancy":2,"occupied":true}`},
		{"the maker's description", "decentlab-dl-mbx", 1, "02012f000304d200010bb1", `{"device_id":303,"distance_mm":1234,"valid_samples":1,"battery_v":2.993}`},
		{"akenza", "decentlab-dl-lid", payload.NoPort, "0211c90003119b117611bc119e118a119411a811a81194006401990abd", `{"device_id":4553,"distance_mm":4507,"distance_minimum_mm":4470,"distance_maximum_mm":4540,"distance_median_mm":4510,"distance_10th_percentile_mm":4490,"distance_25th_percentile_mm":4500,"distance_75th_percentile_mm":4520,"distance_90th_percentile_mm":4520,"distance_most_frequent_mm":4500,"valid_samples":100,"acquisition_ms":399,"battery_v":2.749}`},
		{"akenza", "adnexo-ax-dist", 100, "340Adc008A0C", `{"kind":"heartbeat","distance_mm":2612,"temperature_c":22,"battery_v":3.21}`},
		{"akenza's layout", "adnexo-ax-dist", 101, "ffff00808A0C", `{"kind":"status","distance_error":"invalid","battery_v":3.21}`},
		{"akenza", "adnexo-ax-dist", 104, "340A7102dc008A0C", `{"kind":"status","distance_error":"invalid"}`},
		{"akenza", "adnexo-ax-dist", 4, "045802000005060600a30200", `{"kind":"settings","measurement_interval_s":600,"send_interval":6,"join_interval_s":172800}`},
		{"akenza", "Yosensi YO Distance", payload.NoPort, "0200000008000112880d000100cd10000063280001012e4100050012ffe805fc", `{"payload_counter":0,"age_s":0,"battery_mv":4744,"temperature_c":20.5,"humidity_pct":99,"distance_mm":302,"accelerometer_x":1.8,"accelerometer_y":-2.4,"accelerometer_z":153.2}`},
	} {
		var want map[string]any
		if err := json.Unmarshal([]byte(c.want), &want); err != nil {
			t.Fatal(err)
		}
		if got, err := decode(t, c.device, c.port, c.hex); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %s on port %d: %s: error %v\n got %v\nwant %v", c.source, c.device, c.port, c.hex, err, got, want)
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
	f.Add(uint8(0), uint8(3), []byte("\x00\x00\x00\x00\x99\x02\x02\x06\x00\x6f\x00\x00\x00\x17\x03\x02\x00"))
	f.Add(uint8(9), uint8(2), []byte("\x0b\x45\x0c\x06\x01\x01\x01\x01"))
	f.Add(uint8(16), uint8(85), []byte("\x01\x75\x5c\x03\x67\x01\x01\x04\x82\x44\x08\x05\x00\x01"))
	f.Add(uint8(23), uint8(1), []byte("\x02\x28\x00\x00\x08\x00\x01\x12\xc4"))
	f.Fuzz(func(t *testing.T, device, port uint8, data []byte) {
		devices := payload.Devices()
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
