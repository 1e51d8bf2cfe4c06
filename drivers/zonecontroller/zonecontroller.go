package zonecontroller

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/modbus"
)

// repeatAfter is when a state that did not change is reported again, so that whoever restarted learns it.
const repeatAfter = 30 * time.Second

// spotsMax bounds the spots of one device.
const spotsMax = 20_000

// Driver is the catalog's line. Devices on one port share its bus.
func Driver(buses *modbus.Buses) drivers.Driver {
	return drivers.Driver{
		Name:    "zonecontroller",
		Summary: "zone controllers and distance sensors on RS-485 (Modbus-RTU), by profile",
		Settings: modbus.WithOptions(map[string]string{
			"profile":    "one of " + strings.Join(ProfileNames(), ", ") + ", or the path of your own .toml file",
			"slaves":     `addresses in the order of the spots, each as "7" or "1-40"; on tcp:// also "255" or "0", the device itself (default: the profile's address)`,
			"spots_each": "how many spots a slave has (default: the profile's)",
			"period_ms":  "how often each slave is read, 50 to 60000 (default 1000)",
		}),
		Wires: map[string]drivers.Wire{"port": drivers.WireModbus, "profile": drivers.WireFile},
		Make:  func(host drivers.Host, settings drivers.Settings) (any, error) { return newZone(buses, host, settings) },
	}
}

// Zone is the slaves of one profile on one bus.
type Zone struct {
	bus     *modbus.Bus
	profile Profile
	slaves  []byte
	each    int
	period  time.Duration
}

func newZone(buses *modbus.Buses, host drivers.Host, settings drivers.Settings) (*Zone, error) {
	name, err := settings.Text("profile", "")
	if err != nil {
		return nil, err
	}
	z := &Zone{}
	if z.profile, err = LoadProfile(name); err != nil {
		return nil, err
	}
	port, options, err := modbus.ReadOptions(settings, z.profile.mode())
	if err != nil {
		return nil, err
	}
	if z.slaves, err = addresses(settings, z.profile.Address, port); err != nil {
		return nil, err
	}
	z.each, err = settings.Int("spots_each", z.profile.Spots)
	if err == nil && (!z.profile.fits(z.each) || z.each*len(z.slaves) > spotsMax) {
		err = fmt.Errorf("%w: spots_each = %d: write so many that one request reads them, and %d of the device at most", drivers.ErrSettings, z.each, spotsMax)
	}
	if err != nil {
		return nil, err
	}
	periodMS, err := settings.Within("period_ms", 1000, 50, 60_000)
	if err != nil {
		return nil, err
	}
	z.period = time.Duration(periodMS) * time.Millisecond
	z.bus, err = buses.Bus(host, port, options)
	return z, err
}

// addresses reads which slaves there are, in their order.
func addresses(settings drivers.Settings, fallback int, port string) ([]byte, error) {
	parts, err := settings.Texts("slaves")
	if err != nil {
		return nil, err
	}
	if len(parts) == 0 && fallback > 0 {
		return []byte{byte(fallback)}, nil
	}
	least, most := modbus.Addresses(port)
	var slaves []byte
	seen := map[int]bool{}
	for _, part := range parts {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		first, err1 := strconv.Atoi(strings.TrimSpace(from))
		last, err2 := strconv.Atoi(strings.TrimSpace(to))
		if err1 != nil || err2 != nil || first < least || last > most || first > last {
			return nil, fmt.Errorf(`%w: slaves: %q: write an address from %d to %d, or two of them as "1-40"`, drivers.ErrSettings, part, least, most)
		}
		for address := first; address <= last; address++ {
			if seen[address] {
				return nil, fmt.Errorf("%w: slaves: %d is there twice: write each address once", drivers.ErrSettings, address)
			}
			seen[address] = true
			slaves = append(slaves, byte(address))
		}
	}
	if len(slaves) == 0 {
		return nil, fmt.Errorf("%w: slaves is missing: write the addresses, as \"1-40\"", drivers.ErrSettings)
	}
	return slaves, nil
}

// Skipped counts what made no sense on the bus.
func (z *Zone) Skipped() uint64 { return z.bus.Skipped() }

// Fault is the last of it, or nil.
func (z *Zone) Fault() error { return z.bus.Fault() }

// Channels is how many spots it watches.
func (z *Zone) Channels() int { return len(z.slaves) * z.each }

// Sense reports what the slaves say until ctx ends, the port is lost, or no slave answers any more.
func (z *Zone) Sense(ctx context.Context, report func(drivers.Sample)) error {
	polls := make([]modbus.Poll, len(z.slaves))
	for i, address := range z.slaves {
		s := &slave{profile: &z.profile, first: i * z.each, last: make([]int32, z.each), report: report}
		polls[i] = modbus.Poll{
			Request: modbus.Request{
				Slave: address, Function: byte(z.profile.Function), Start: uint16(z.profile.Start), Count: uint16(z.profile.count(z.each)),
			},
			Period: z.period, Deliver: s.deliver,
		}
		if trigger := z.profile.Trigger; trigger != nil {
			polls[i].Trigger = trigger.to(address)
		}
	}
	if err := z.bus.Run(ctx, polls); ctx.Err() == nil {
		return fmt.Errorf("zonecontroller: %w", err)
	}
	return ctx.Err()
}

// slave is what was read of one slave.
type slave struct {
	profile  *Profile
	first    int     // channel of its first spot
	last     []int32 // by spot: the raw value, and 1 more, of the last report
	reported time.Time
	report   func(drivers.Sample)
}

// deliver reports what changed, and everything after a while.
func (s *slave) deliver(reply modbus.Reply, err error) {
	if err != nil {
		return // the bus counts it; silence tells the rest
	}
	again := time.Since(s.reported) >= repeatAfter || s.profile.Mapping == mappingDistance
	if again {
		s.reported = time.Now()
	}
	for spot := range s.last {
		raw := s.profile.raw(reply, spot)
		if !again && s.last[spot] == int32(raw)+1 {
			continue
		}
		s.last[spot] = int32(raw) + 1
		if sample, sound := s.profile.sample(raw); sound {
			sample.Channel = s.first + spot
			s.report(sample)
		}
	}
}
