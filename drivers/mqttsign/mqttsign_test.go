package mqttsign_test

import (
	"strings"
	"testing"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/mqttsign"
)

var settings = drivers.Settings{"broker": "site", "location": "riverside", "floor": "P1"}

// The message is the shape of the system's design: available, total, status.
func TestGoldenMessages(t *testing.T) {
	for want, face := range map[string]drivers.Face{
		`{"available":12,"total":120,"status":"green"}`:     {Count: 12, Total: 120},
		`{"available":0,"total":120,"status":"red"}`:        {Total: 120, Colour: drivers.ColourRed},
		`{"available":null,"total":120,"status":"unknown"}`: {Count: 7, Total: 120, Unknown: true},
	} {
		if got := string(mqttsign.Encode(face)); got != want {
			t.Errorf("%+v is %s, want %s", face, got, want)
		}
	}
}

func TestSignKeepsTheContract(t *testing.T) {
	drivertest.TestDisplay(t, func() drivertest.DisplayBench {
		host := drivertest.NewHost()
		return drivertest.DisplayBench{
			Bench: drivertest.Bench{Driver: mqttsign.Driver(), Settings: settings, Host: host, Names: []string{"site"}},
			Shown: func() string {
				var simulator mqttsign.Simulator
				if payload := host.FakeBroker("site").Retained("displays/riverside/P1"); payload != nil {
					simulator.Take(payload)
				}
				return simulator.Shown()
			},
		}
	})
}

func TestNonsenseChangesNothing(t *testing.T) {
	var simulator mqttsign.Simulator
	simulator.Take(mqttsign.Encode(drivers.Face{Count: 5, Total: 9}))
	for _, payload := range []string{
		"", "{", "[]", `{"available":-1,"total":1,"status":"red"}`, `{"available":1,"total":1,"status":"blue"}`, `{"available":null,"total":1,"status":"red"}`,
		`{"available":3,"total":1,"status":"unknown"}`, strings.Repeat(" ", 2000),
	} {
		simulator.Take([]byte(payload))
	}
	if simulator.Shown() != "5/9 green" || simulator.Skipped != 8 {
		t.Errorf("%q, %d skipped", simulator.Shown(), simulator.Skipped)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"available":12,"total":120,"status":"green"}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		if m, err := mqttsign.Parse(payload); err == nil && m.Available != nil && *m.Available < 0 {
			t.Errorf("%s is %+v", payload, m)
		}
	})
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	drivertest.TestRefused(t, mqttsign.Driver(), map[string]drivers.Settings{
		"broker is missing: write the name":     {},
		"floor is missing: write the name":      {"broker": "a", "location": "b"},
		`location = "b/#": write an id without`: {"broker": "a", "location": "b/#", "floor": "c"},
	})
}
