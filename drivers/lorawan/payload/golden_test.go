package payload_test

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gatehouse/drivers/lorawan/payload"
)

// goldens are payloads with all that they mean; testdata/SOURCE.md says by whom.
func goldens(t testing.TB) (all []vector) {
	t.Helper()
	text, err := os.ReadFile("testdata/golden.json")
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil || len(all) == 0 {
		t.Fatalf("%d payloads: %v", len(all), err)
	}
	return all
}

func TestGoldenPayloads(t *testing.T) {
	for _, v := range goldens(t) {
		if got, err := decode(t, v.Device, v.port(), v.Hex); err != nil || !reflect.DeepEqual(got, v.Expect) {
			t.Errorf("%s: %s on port %d: %s: error %v\n got %v\nwant %v", v.Source, v.Device, v.port(), v.Hex, err, got, v.Expect)
		}
	}
}

// Every device has an example.
func TestEveryDeviceIsInTheGoldenPayloads(t *testing.T) {
	seen := map[string]bool{}
	for _, v := range goldens(t) {
		device, err := payload.Find(v.Device)
		if err != nil {
			t.Fatal(err)
		}
		seen[device.Name] = true
	}
	for _, device := range payload.Devices() {
		if !seen[device.Name] {
			t.Errorf("%s has no golden payload", device.Name)
		}
	}
}

// listed begin the names of the devices whose payloads are lists: such a payload is a shorter list where it is cut
// between two fields.
var listed = []string{"adnexo", "conbee", "dragino-dds04", "dragino-lds12", "dragino-mds200", "dragino-ndds", "elsys", "lobaro", "milesight", "pepperl", "pni", "tekelek", "yosensi"}

// endsEarly are the lengths in which a whole message of another kind may end, by the device.
var endsEarly = map[string][]int{
	"bosch-parking-lot-sensor": {1},    // a state without a temperature
	"dragino-dds75-lb":         {8},    // with one probe
	"dragino-ldds20":           {3, 5}, // a first generation without a probe, or without a thermometer
	"dragino-ldds45":           {3, 5},
	"dragino-ldds75":           {3, 4, 5}, // and the first firmware
	"enginko-egk-lw20w00":      {10, 15},  // without what is reserved, or without the battery
	"nwave-nps405":             {3, 4, 5}, // older firmware
	"sensoneo-quatro":          {17},      // without the place
	"tekzitel-tekzipark":       {1},       // the state alone
}

// A payload that is cut is an error, or a message of its own. The fields of a shorter list are those of the longer.
func TestACutPayloadIsNotBelieved(t *testing.T) {
	for _, v := range goldens(t) {
		device, err := payload.Find(v.Device)
		if err != nil {
			t.Fatal(err)
		}
		list := slices.ContainsFunc(listed, func(maker string) bool { return strings.HasPrefix(device.Name, maker) })
		for n := 1; n < len(v.Hex)/2; n++ {
			got, err := decode(t, v.Device, v.port(), v.Hex[:2*n])
			switch {
			case err != nil:
			case !list && !slices.Contains(endsEarly[device.Name], n):
				t.Errorf("%s: %s of %s: %v", v.Device, v.Hex[:2*n], v.Hex, got)
			case list && len(got) > len(v.Expect)+1: // and why there is no distance
				t.Errorf("%s: %s of %s: %v, want a part of %v", v.Device, v.Hex[:2*n], v.Hex, got, v.Expect)
			}
		}
	}
}
