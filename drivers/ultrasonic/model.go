package ultrasonic

import (
	"fmt"
	"slices"
	"strings"

	"gatehouse/drivers"
)

// model is what differs between the sensors of the family.
type model struct {
	name    string
	baud    int
	blindMM int  // a distance of so much or less is no reading
	command byte // asks for one measurement; 0: it sends by itself
}

// models are the sensors by name. Sources: the datasheets of A02YYUW, ME007YS and JSN-SR04T, ESPHome's a02yyuw and
// jsn_sr04t, wiki.dfrobot.com sen0754.
var models = []model{
	{name: "a02yyuw", baud: 9600, blindMM: 30},
	{name: "aj-sr04m", baud: 9600, blindMM: 200},
	{name: "aj-sr04m-asked", baud: 9600, blindMM: 200, command: 0x01},
	{name: "dyp-a02", baud: 9600, blindMM: 30},
	{name: "jsn-sr04t", baud: 9600, blindMM: 250},
	{name: "jsn-sr04t-asked", baud: 9600, blindMM: 250, command: 0x55},
	{name: "me007ys", baud: 9600, blindMM: 30},
	{name: "sen0754", baud: 115200, blindMM: 30},
}

func modelNames() string {
	names := make([]string, len(models))
	for i, m := range models {
		names[i] = m.name
	}
	return strings.Join(names, ", ")
}

// modelOf reads the model and what the settings say otherwise of it.
func modelOf(settings drivers.Settings) (model, error) {
	name, err := settings.Text("model", models[0].name)
	if err != nil {
		return model{}, err
	}
	found := slices.IndexFunc(models, func(m model) bool { return m.name == name })
	if found < 0 {
		return model{}, fmt.Errorf("%w: model = %q: write one of %s", drivers.ErrSettings, name, modelNames())
	}
	m := models[found]
	if m.baud, err = settings.Int("baud", m.baud); err != nil {
		return model{}, err
	}
	m.blindMM, err = settings.Within("blind_mm", m.blindMM, 0, 1000)
	return m, err
}

// judge takes a distance from within the blind zone for what it is: an echo of the sensor's own housing.
func (m model) judge(sample drivers.Sample) drivers.Sample {
	if sample.Kind == drivers.SampleDistance && int(sample.DistanceMM) <= m.blindMM {
		return drivers.Sample{Kind: drivers.SampleInterference}
	}
	return sample
}
