package app

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"gatehouse/drivers"
	"gatehouse/gateway/api"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

// conditionsMax bounds what one monitor may tell of.
const conditionsMax = 64

// conditions are what the monitors of the machine told last. Of one that can't look any more nothing is kept: what it saw
// may have changed.
type conditions struct {
	mu   sync.Mutex
	told []toldCondition // by device and id
}

type toldCondition struct {
	device fact.DeviceID
	drivers.Condition
}

// observed takes a condition that a monitor reports.
func (d *device) observed(c drivers.Condition) {
	d.alive()
	d.conditions.set(d.ID, c)
}

func (c *conditions) set(device fact.DeviceID, condition drivers.Condition) {
	c.mu.Lock()
	defer c.mu.Unlock()
	count := 0
	for i := range c.told {
		if c.told[i].device != device {
			continue
		}
		if c.told[i].ID == condition.ID {
			c.told[i].Condition = condition
			return
		}
		count++
	}
	if count == conditionsMax {
		return
	}
	c.told = append(c.told, toldCondition{device, condition})
	slices.SortFunc(c.told, func(a, b toldCondition) int {
		return strings.Compare(string(a.device)+"/"+a.ID, string(b.device)+"/"+b.ID)
	})
}

func (c *conditions) forget(device fact.DeviceID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told = slices.DeleteFunc(c.told, func(t toldCondition) bool { return t.device == device })
}

// checks are the conditions as parts of the gateway's health. None of them keeps a gate from deciding.
func (c *conditions) checks() (checks []api.Check) {
	c.mu.Lock()
	defer c.mu.Unlock()
	severities := []lot.Severity{drivers.ConditionGood: lot.Info, drivers.ConditionWarning: lot.Warning, drivers.ConditionFault: lot.Fault}
	for _, t := range c.told {
		value := t.Note
		if t.Unit != "" {
			value = fmt.Sprintf("%d %s", t.Value, t.Unit)
			if t.Note != "" {
				value += ", " + t.Note
			}
		}
		checks = append(checks, api.Check{
			ID: string(t.device) + "/" + t.ID, Severity: severities[min(t.State, drivers.ConditionFault)], Value: value, Do: t.Do, Ready: true,
		})
	}
	return checks
}

func (c *conditions) measures() (measures []rest.Measure) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.told {
		measures = append(measures, rest.Measure{
			Name: "lot_monitor", Help: "What the monitors of the machine read.", Value: float64(t.Value),
			Labels: map[string]string{"device": string(t.device), "condition": t.ID, "unit": t.Unit},
		})
	}
	return measures
}
