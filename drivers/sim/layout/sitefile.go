package layout

import (
	"fmt"
	"strings"
)

// Prices are what the site file says about money; amounts are decimal texts.
type Prices struct {
	RatePerHour   string
	MaxDailyRate  string
	FirstHourFree bool
	LostTicket    string
	GraceExitMin  int
}

// SiteFile is the site file of the layout on the board `sim`. listen is the address of its server.
func (l Layout) SiteFile(listen string, prices Prices) string {
	var b strings.Builder
	l.writeHead(&b, listen)
	writePrices(&b, prices)
	for floor := range l.Floors() {
		l.writeFloor(&b, floor)
	}
	for gate := range l.Gates() {
		l.writeGate(&b, gate)
	}
	l.writeSpotDevices(&b)
	return b.String()
}

func (l Layout) writeHead(b *strings.Builder, listen string) {
	fmt.Fprintf(b, "# A simulated car park, written by drivers/sim/layout.\n[location]\nid = %s\nname = %s\ntimezone = %s\ncurrency = %s\nboard = \"sim\"\n\n",
		quote(l.ID), quote(l.Name), quote(l.Timezone), quote(l.Currency))
	fmt.Fprintf(b, "[server]\nlisten = %s\n\n", quote(listen))
	if l.SlackMS > 0 {
		fmt.Fprintf(b, "[policy]\nplate_wait_ms = %d\n\n", 2_000+l.SlackMS)
	}
	if !l.Mixed {
		b.WriteString("[upgrade]\nlarge = [\"regular\"]\n\n")
	}
	if l.Sensed {
		sensors := 1
		if l.Second {
			sensors = 2
		}
		fmt.Fprintf(b, "[[sensor]]\nname = \"ceiling\"\nempty_mm = 2500\nperiod_ms = 30000\nsensors = %d\n\n", sensors)
	}
}

func writePrices(b *strings.Builder, p Prices) {
	fmt.Fprintf(b, "[tariff]\nversion = \"2026-1\"\nlost_ticket = %s\ngrace_entry_minutes = 5\ngrace_exit_minutes = %d\n[[tariff.rule]]\nrule_id = \"all-day\"\nrate_per_hour = %s\nmax_daily_rate = %s\nfirst_hour_free = %t\n\n",
		quote(p.LostTicket), p.GraceExitMin, quote(p.RatePerHour), quote(p.MaxDailyRate), p.FirstHourFree)
}

func (l Layout) writeFloor(b *strings.Builder, floor int) {
	name := letter(floor)
	fmt.Fprintf(b, "[[floor]]\nid = \"F%d\"\nnumber = %d\nname = \"Level %d\"\n[[zone]]\nid = %s\nfloor = \"F%d\"\n", floor+1, floor+1, floor+1, quote(name), floor+1)
	for _, row := range l.rowsOf(floor) {
		_, place := l.placeOf(row[0])
		fmt.Fprintf(b, "[[spots]]\nnumbers = [%s]\nzone = %s\ntype = %s\nelevator_distance_m = %d\nstep_m = 3\n",
			quote(l.SpotNumber(row[0])+".."+l.SpotNumber(row[1])), quote(name), quote(l.typeOf(row[0]).String()), 10+3*place+40*floor)
		if l.Sensed {
			b.WriteString("sensor = \"ceiling\"\n")
		}
	}
	fmt.Fprintf(b, "[[device]]\nid = \"sign-f%d\"\ndriver = \"sign\"\nrole = \"sign\"\nfloor = \"F%d\"\nsettings = { port = \"sign-f%d\" }\n\n", floor+1, floor+1, floor+1)
}

func (l Layout) writeGate(b *strings.Builder, gate int) {
	id, direction, closing := l.GateID(gate), "out", "barrier"
	if gate < l.Entries {
		direction = "in"
	}
	if l.ByHand {
		closing = "gateway"
	}
	fmt.Fprintf(b, "[[gate]]\nid = %s\nname = %s\nfloor = \"F1\"\ndirection = %s\nclosing = %s\n", quote(id), quote(l.gateName(gate)), quote(direction), quote(closing))
	if l.SlackMS > 0 {
		fmt.Fprintf(b, "max_run_ms = %d\nback_out_ms = %d\nvend_timeout_ms = %d\n", 6_000+l.SlackMS, 3_000+l.SlackMS, 30_000+2*l.SlackMS)
	}
	device := func(role, driver, settings string) {
		fmt.Fprintf(b, "[[device]]\nid = %s\ndriver = %s\nrole = %s\ngate = %s\nsettings = { %s }\n", quote(id+"-"+strings.ReplaceAll(role, "_", "-")), quote(driver), quote(role), quote(id), settings)
	}
	lane := fmt.Sprintf("lane%d", gate+1)
	device("arming_loop", "contact", "input = "+quote(lane+"_arming"))
	device("closing_loop", "contact", "input = "+quote(lane+"_closing"))
	device("arm_up", "contact", "input = "+quote(lane+"_arm_up"))
	device("arm_down", "contact", "input = "+quote(lane+"_arm_down"))
	device("barrier", "relaybarrier", fmt.Sprintf("raise = %s, hold = %s, lower = %s, pulse_ms = 100", quote(lane+"_raise"), quote(lane+"_hold"), quote(lane+"_lower")))
	device("camera", "platerecognizer", "")
	device("column", "column", "port = "+quote(id+"-column"))
	if direction == "out" {
		device("terminal", "terminal", "port = "+quote(id+"-terminal"))
	}
	b.WriteString("\n")
}

func (l Layout) writeSpotDevices(b *strings.Builder) {
	switch {
	case !l.Sensed:
		return
	case l.Zoned > 0:
		l.writeZoneControllers(b)
		return
	}
	for spot := range l.Spots {
		number := l.SpotNumber(spot)
		fmt.Fprintf(b, "[[device]]\nid = %s\ndriver = \"ultrasonic\"\nrole = \"sensor\"\nspots = [%s]\nsettings = { port = %s, silent_ms = 60000 }\n",
			quote("spot-"+number), quote(number), quote("spot-"+number))
	}
}

func (l Layout) writeZoneControllers(b *strings.Builder) {
	for first := 0; first < l.Spots; {
		floor, place := l.placeOf(first)
		numbers := []string{}
		for range min(l.Zoned, l.perFloor()-place, l.Spots-first) {
			numbers = append(numbers, quote(l.SpotNumber(first+len(numbers))))
		}
		id := quote(fmt.Sprintf("zone-%s%d", strings.ToLower(letter(floor)), place/l.Zoned+1))
		fmt.Fprintf(b, "[[device]]\nid = %s\ndriver = \"zonecontroller\"\nrole = \"sensor\"\nspots = [%s]\n", id, strings.Join(numbers, ", "))
		fmt.Fprintf(b, "settings = { port = %s, profile = \"zone-distances\", slaves = [\"1\"], spots_each = %d }\n", id, len(numbers))
		first += len(numbers)
	}
}
