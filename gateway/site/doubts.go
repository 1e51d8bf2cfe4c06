package site

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"

	"gatehouse/gateway/gate"
	"gatehouse/sync/fact"
	"gatehouse/sync/tomlfile"
)

// doubt notes what is allowed and probably not meant.
func (b *builder) doubt(what, do string, path ...any) {
	b.site.Warnings = append(b.site.Warnings, b.document.Problem(path, "warning: "+what, do).Error())
}

// doubts looks for what is allowed and probably not meant, in a file that has nothing wrong.
func (b *builder) doubts() {
	if len(b.problems) > 0 {
		return
	}
	b.doubtWays()
	for i := range b.site.Lot.Gates {
		b.doubtGate(i)
	}
	b.doubtSpots()
	for i, d := range b.site.Devices {
		b.doubtInput(i, d)
		b.doubtKey(i, d)
		b.doubtGateOf(i, d)
	}
}

// doubtGateOf wonders at what is at a gate that has nothing for it to do.
func (b *builder) doubtGateOf(i int, d Device) {
	if d.Gate < 0 {
		return
	}
	switch direction := b.site.Lot.Gates[d.Gate].Lane.Direction; {
	case d.Use == UsePrinter && direction == fact.Outward:
		b.doubt("a printer at an exit prints nothing: tickets are printed at entries", "name an entry gate", "device", i, "gate")
	case d.Use == UseTerminal && direction == fact.Inward:
		b.doubt("a terminal at an entry takes nothing: a fee is paid at the exit", "name an exit gate", "device", i, "gate")
	}
}

// doubtWays misses a way in or out.
func (b *builder) doubtWays() {
	if len(b.site.Lot.Gates) == 0 {
		b.doubt("there is no gate: nobody is let in, and nothing is charged; the lot only knows its spots", "if it has gates, add a [[gate]] for each")
		return
	}
	in, out := false, false
	for _, g := range b.site.Lot.Gates {
		in = in || g.Lane.Direction != fact.Outward
		out = out || g.Lane.Direction != fact.Inward
	}
	if !in {
		b.doubt("no gate lets vehicles in", `add a [[gate]] with direction = "in" or "both"`)
	}
	if !out {
		b.doubt("no gate lets vehicles out: no stay ends, and none is charged", `add a [[gate]] with direction = "out" or "both"`)
	}
}

// doubtGate misses what a gate needs to do anything.
func (b *builder) doubtGate(i int) {
	g, has := &b.site.Lot.Gates[i], map[Use]bool{}
	for _, d := range b.site.Devices {
		if d.Gate == i {
			has[d.Use] = true
		}
	}
	if g.Lane.Closing == gate.NoArm {
		return
	}
	if !has[UseBarrier] {
		b.doubt("the gate has no barrier: nothing opens", `add a device with role "barrier"; where there is none, write closing = "none"`, "gate", i)
	}
	if !has[UseArmingLoop] && !has[UseCamera] && !has[UseReader] && !has[UseColumn] {
		b.doubt("nothing tells that a vehicle wants through: only people can open the gate", `add a device with role "arming_loop", "camera", "reader" or "column"`, "gate", i)
	}
	if g.Lane.Direction == fact.DirectionUnknown && (!g.Lane.ArmingLoop || !g.Lane.ClosingLoop) {
		b.doubt("a gate for both ways tells them apart by its two loops", `add devices with role "arming_loop" (outside) and "closing_loop" (inside)`, "gate", i)
	}
}

var likeRange = regexp.MustCompile(`^\d+-\d+$`)

// doubtSpots finds rows whose kind of sensor no device serves.
func (b *builder) doubtSpots() {
	served := map[int32]bool{}
	for _, d := range b.site.Devices {
		for _, spot := range d.Spots {
			served[spot] = true
		}
	}
	spot := int32(0)
	for row := range b.file.Spots {
		if numbers := b.file.Spots[row].Numbers; len(numbers) == 1 && likeRange.MatchString(numbers[0]) {
			b.doubt(fmt.Sprintf("%q is the number of one spot", numbers[0]), fmt.Sprintf("a range is written %q", strings.Replace(numbers[0], "-", "..", 1)), "spots", row, "numbers", 0)
		}
		first, missing := "", 0
		for range b.rows[row] {
			if here := b.site.Lot.Spots[spot]; here.Sensor >= 0 && !served[spot] {
				if missing++; first == "" {
					first = here.Number
				}
			}
			spot++
		}
		if missing > 0 {
			b.doubt(fmt.Sprintf("%s of this row, from %s on, have a kind of sensor and no device: they stay unknown", tomlfile.Counted(missing, "spot"), first),
				`name them at a device with role "sensor", or leave sensor out: the gates count them`, "spots", row, "sensor")
		}
	}
}

// doubtInput finds a contact on an input that is called by another role: loops are swapped more often than not.
func (b *builder) doubtInput(i int, d Device) {
	name, _ := d.Settings["input"].(string)
	if name == "" {
		name, _ = d.Settings["presence"].(string)
	}
	short := map[Use]string{UseArmingLoop: "arming", UseClosingLoop: "closing", UseArmUp: "arm_up", UseArmDown: "arm_down", UseFire: "fire"}
	for _, use := range []Use{UseArmingLoop, UseClosingLoop, UseArmUp, UseArmDown, UseFire} {
		if short[d.Use] != "" && use != d.Use && strings.Contains(name, short[use]) {
			b.doubt(fmt.Sprintf("input %s serves as %s", name, d.Use), "are two inputs swapped?", "device", i, "settings")
		}
	}
}

// doubtKey finds devices that push and can't.
func (b *builder) doubtKey(i int, d Device) {
	if d.Use != UseCamera || d.Settings["address"] != nil {
		return
	}
	host, _, _ := net.SplitHostPort(b.site.Listen)
	ip := net.ParseIP(host)
	switch local := host == "localhost" || ip != nil && ip.IsLoopback(); {
	case len(d.Key) > 0 && !slices.ContainsFunc(d.Key, func(x byte) bool { return x != 0 }):
		b.doubt("this is nobody's key: the camera can't post", "write what `gatehouse token` prints", "device", i, "key_sha256")
	case d.Key == nil && !local:
		b.doubt("without a key the camera may post from this machine only", "add key_sha256: `gatehouse token` makes a key and prints it", "device", i)
	case d.Key != nil && local:
		b.doubt("the gateway listens on "+b.site.Listen+": the camera can't reach it", `write listen = ":8080" in [server]`, "device", i)
	}
}
