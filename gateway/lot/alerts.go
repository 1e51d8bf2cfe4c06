package lot

import (
	"fmt"
	"slices"

	"gatehouse/gateway/gate"
	"gatehouse/sync/fact"
)

// Severity says how soon a person must act.
type Severity uint8

// The severities.
const (
	Info Severity = iota
	Warning
	Fault
)

var severityText = []string{"info", "warning", "fault"}

// String is the code of the severity.
func (s Severity) String() string { return severityText[s] }

// MarshalText makes JSON carry the code.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the code.
func (s *Severity) UnmarshalText(text []byte) error {
	i, err := indexOf(severityText, text, "severity")
	if err == nil {
		*s = Severity(i)
	}
	return err
}

// Alert is something that a person should know, with what to do about it.
type Alert struct {
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	Where    string   `json:"where,omitempty"`
	SinceMS  int64    `json:"sinceMs,omitempty"`
	What     string   `json:"what"`
	Do       string   `json:"do"`
}

// troubles are what devices and the shell reported and what still holds.
type troubles struct {
	offline     []offlineDevice
	diskStalled bool
	damage      []fact.LogDamaged
}

// offlineDevice is a device that does not answer.
type offlineDevice struct {
	device  fact.DeviceID
	gate    int
	role    Role
	note    string
	sinceMS int64
}

var downBits = []fact.Degraded{
	RoleSensor: fact.WithoutSpotSensors, RoleLoop: fact.WithoutLoops, RoleArmSwitch: 0, RoleFire: 0, RoleStop: 0, RoleBarrier: 0, RoleCamera: fact.WithoutCamera,
	RoleColumn: fact.WithoutPrinter, RoleDisplay: fact.WithoutDisplay, RoleTerminal: fact.WithoutTerminal, RoleSign: 0,
	RoleReader: 0, RolePrinter: fact.WithoutPrinter, RoleMonitor: 0,
}

// deviceChanged notes that a device went away or came back.
func (l *Lot) deviceChanged(e DeviceChanged) {
	known := len(l.troubles.offline)
	l.troubles.offline = slices.DeleteFunc(l.troubles.offline, func(d offlineDevice) bool { return d.device == e.Device })
	wasAway := len(l.troubles.offline) < known
	if !e.Online {
		l.troubles.offline = append(l.troubles.offline, offlineDevice{e.Device, e.Gate, e.Role, clip(e.Note), l.now.WallMS})
	}
	if e.Gate < 0 {
		return
	}
	n := l.lane(e.Gate)
	n.down = 0
	for _, d := range l.troubles.offline {
		if d.gate == e.Gate {
			n.down |= downBits[d.role]
		}
	}
	if e.Online && wasAway && e.Role == RoleBarrier {
		n.feed(l, e.Gate, gate.Back())
	}
}

// Alerts are all that hold now, the worst first.
func (l *Lot) Alerts() []Alert {
	var alerts []Alert
	alerts = append(alerts, l.lotAlerts()...)
	alerts = append(alerts, l.gateAlerts()...)
	for _, d := range l.troubles.offline {
		alerts = append(alerts, Alert{
			Code: "device_offline", Severity: Warning, Where: string(d.device), SinceMS: d.sinceMS,
			What: fmt.Sprintf("%s %s does not answer: %s", d.role, d.device, d.note),
			Do:   "Do what it says, or check its power and its cable. The gateway tries again by itself.",
		})
	}
	alerts = append(alerts, l.spotAlerts()...)
	return worstFirst(alerts)
}

func worstFirst(alerts []Alert) []Alert {
	sorted := make([]Alert, 0, len(alerts))
	for severity := Fault; ; severity-- {
		for _, a := range alerts {
			if a.Severity == severity {
				sorted = append(sorted, a)
			}
		}
		if severity == Info {
			return sorted
		}
	}
}

// fireAlert tells a fire from a fire input that can't say that there is none.
func (l *Lot) fireAlert() Alert {
	for _, d := range l.troubles.offline {
		if d.role == RoleFire {
			return Alert{
				Code: "fire", Severity: Fault, Where: string(d.device), What: "The fire input does not answer, and that counts as fire: all gates are up.",
				Do: "Mend the input or its wire. Gates stay up until it says that there is no fire.",
			}
		}
	}
	return Alert{
		Code: "fire", Severity: Fault, What: "The fire input is active: all gates are up.",
		Do: "Reset the fire panel. Gates stay up until it is reset.",
	}
}

func (l *Lot) lotAlerts() []Alert {
	var alerts []Alert
	if l.meta.Fire {
		alerts = append(alerts, l.fireAlert())
	}
	if l.troubles.diskStalled {
		alerts = append(alerts, Alert{Code: "disk_stalled", Severity: Fault, What: "The disk does not answer in time; gates open by policy.", Do: "Replace the SD card soon. Nothing that was confirmed is lost."})
	}
	for _, d := range l.troubles.damage {
		alerts = append(alerts, Alert{
			Code: "log_damaged", Severity: Fault, What: fmt.Sprintf("The log can't read entries %d to %d.", d.First, d.Last),
			Do: "Replace the SD card, and compare takings with the terminal's own totals.",
		})
	}
	if l.now.Trust == fact.ClockUnset {
		alerts = append(alerts, Alert{Code: "clock_unset", Severity: Warning, What: "The clock was never set since the start; prices rest on elapsed time.", Do: "Connect the network, or set the clock."})
	}
	alerts = append(alerts, l.tariffAlerts()...)
	if in := l.Inside(); in.Drift > l.cfg.Policy.DriftAlarm {
		alerts = append(alerts, Alert{
			Code: "count_drift", Severity: Warning,
			What: fmt.Sprintf("Vehicles inside: %d by tickets, %d by loops, %d by spots.", in.Tickets, in.Loops, in.Spots),
			Do:   "Look for tailgaters and faulty sensors, then correct the count.",
		})
	}
	return append(alerts, l.ticketAlerts()...)
}

// doubtful is the alert of a ticket in doubt.
func (t *Ticket) doubtful() Alert {
	a := Alert{
		Code: "suspect_stay", Severity: Info, Where: string(t.Plate), SinceMS: t.Entry.WallMS,
		What: "Ticket " + string(t.ID) + " is in doubt (" + t.Suspect.String() + "); its price is bounded.",
		Do:   "Look whether the vehicle is still here; close the ticket if it is not.",
	}
	if t.Suspect == fact.ReasonMissedExit && !t.Parked && t.VacatedMS > 0 {
		a.SinceMS = t.VacatedMS
		a.What = "Ticket " + string(t.ID) + ": its vehicle left spot " + string(t.Spot) + ", and no exit saw it."
	}
	return a
}

// ticketAlerts are the visits that a person has to look at, each since when it is so.
func (l *Lot) ticketAlerts() []Alert {
	var alerts []Alert
	for _, t := range l.tickets.open {
		if t.Suspect != fact.ReasonNone {
			alerts = append(alerts, t.doubtful())
		}
		if t.Overstay {
			alerts = append(alerts, Alert{Code: "overstay", Severity: Info, Where: string(t.Spot), SinceMS: t.Entry.WallMS, What: "Ticket " + string(t.ID) + " stays longer than allowed.", Do: "Look at the vehicle."})
		}
	}
	return alerts
}

func (l *Lot) gateAlerts() []Alert {
	var alerts []Alert
	for i := range l.gates {
		g, cfg := &l.gates[i], &l.cfg.Gates[i]
		for fault := fact.FaultNone + 1; fault <= fact.FaultStopped; fault++ {
			if g.Faults&(1<<fault) != 0 {
				alerts = append(alerts, Alert{
					Code: "gate_" + fault.String(), Severity: Fault, Where: string(cfg.ID), SinceMS: g.FaultAtMS,
					What: cfg.Name + ": " + faultText[fault].what, Do: faultText[fault].do,
				})
			}
		}
		if g.Held {
			alerts = append(alerts, Alert{
				Code: "held_open", Severity: Info, Where: string(cfg.ID), SinceMS: g.HeldAtMS,
				What: cfg.Name + " is held open by " + g.HeldBy + ".", Do: "End the hold when it is no longer needed.",
			})
		}
		if at := l.lanes[i].helpAtMS; at != 0 && l.now.WallMS-at < helpMS {
			alerts = append(alerts, Alert{
				Code: "help_called", Severity: Warning, Where: string(cfg.ID), SinceMS: at, What: cfg.Name + ": a driver has pressed the help button.",
				Do: "Speak to the driver. Open the gate once, let the ticket go free, or look it up by the plate.",
			})
		}
		if l.losesOrders(i) {
			alerts = append(alerts, l.terminalAlert(i))
		}
		if !l.lanes[i].passage.Qualified() {
			alerts = append(alerts, Alert{
				Code: "loops_unproven", Severity: Info, Where: string(cfg.ID),
				What: cfg.Name + ": its loops have not seen a vehicle come and go since the start, so it does not close by itself.",
				Do:   "Nothing, if vehicles are passing. Else look that the lane is empty and confirm the gate.",
			})
		}
	}
	return alerts
}

// helpMS is how long a call for help is shown at a gate that can't tell when its driver has gone.
const helpMS = 10 * 60_000

// terminalAlert is that of a terminal which is there and takes no order.
func (l *Lot) terminalAlert(i int) Alert {
	meanwhile := "Meanwhile drivers are sent to a pay station."
	if l.cfg.Policy.TerminalDownOwed || l.cfg.Gates[i].HoldsNobody {
		meanwhile = "Meanwhile vehicles are let out, and owe what is due."
	}
	return Alert{
		Code: "terminal_loses_orders", Severity: Fault, Where: string(l.cfg.Gates[i].ID),
		What: fmt.Sprintf("%s: its terminal never got the last %d orders for a payment.", l.cfg.Gates[i].Name, l.lanes[i].ordersLost),
		Do:   "Restart the terminal, and look whether it is logged in at its bank. " + meanwhile,
	}
}

var faultText = []struct{ what, do string }{
	fact.FaultNone:            {},
	fact.FaultStuckClosed:     {"the arm does not rise.", "Check the drive's power and release, then confirm the gate."},
	fact.FaultStuckOpen:       {"the arm does not come down.", "Check for an obstacle and the drive, then confirm the gate."},
	fact.FaultBrokenArm:       {"the arm is broken or its switches are dead.", "Put the arm back, then confirm the gate."},
	fact.FaultLoopStuck:       {"a loop has seen a vehicle for very long.", "Look whether a vehicle stands there; else reset the loop detector."},
	fact.FaultLoopFailed:      {"a loop detector reports a fault.", "Check the loop's wire and the detector."},
	fact.FaultArmSwitches:     {"the arm says that it is up and down at once.", "Check the switches of the arm."},
	fact.FaultLockedOut:       {"it gave up after several tries.", "Look at the arm on site, then confirm the gate."},
	fact.FaultUncommandedMove: {"the arm moved and nobody ordered it.", "Look who moved it; confirm the gate."},
	fact.FaultStopped:         {"the stop button is pressed.", "Release it when the lane is safe."},
}

func (l *Lot) spotAlerts() []Alert {
	var alerts []Alert
	for i := range l.spots {
		s, id := &l.spots[i], string(l.cfg.Spots[i].ID)
		if s.Fault != fact.ReasonNone {
			alerts = append(alerts, Alert{
				Code: s.Fault.String(), Severity: Warning, Where: id, SinceMS: s.SinceMS,
				What: "Spot " + l.cfg.Spots[i].Number + ": its sensor can't be believed.", Do: "Clean or replace the sensor.",
			})
		}
		if s.Violation != fact.ViolationNone {
			alerts = append(alerts, Alert{
				Code: s.Violation.String(), Severity: Info, Where: id, SinceMS: s.SinceMS,
				What: "Spot " + l.cfg.Spots[i].Number + ": " + violationWhat[s.Violation], Do: "Look at the vehicle.",
			})
		}
	}
	return alerts
}

var violationWhat = []string{
	fact.ViolationNone: "", fact.ViolationOverstay: "parked too long.",
	fact.ViolationWrongSpotType: "a vehicle that may not use this type of spot.",
	fact.ViolationNoRight:       "a vehicle that belongs to no ticket.",
	fact.ViolationReservedSpot:  "taken by somebody else than the one it is reserved for.",
	fact.ViolationNotCharging:   "at a charger, and does not charge.",
}
