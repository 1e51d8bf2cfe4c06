package housekeeping

import "gatehouse/drivers"

// Parse reads one file of each kind.
func Parse(temperature, throttled, life, memory, uptime string) (conditions []drivers.Condition) {
	for _, parse := range []func() (drivers.Condition, error){
		func() (drivers.Condition, error) { return parseTemperature(temperature) },
		func() (drivers.Condition, error) { supply, _, err := parseThrottled(throttled); return supply, err },
		func() (drivers.Condition, error) { return parseLife(life) },
		func() (drivers.Condition, error) { return parseMemory(memory) },
		func() (drivers.Condition, error) { return parseUptime(uptime) },
	} {
		if c, err := parse(); err == nil {
			conditions = append(conditions, c)
		}
	}
	return conditions
}
