package site

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net"
	"strconv"
	"strings"

	"gatehouse/drivers"
	"gatehouse/gateway/gate"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

func (b *builder) server() {
	s := &b.file.Server
	if s.Listen != "" {
		b.site.Listen = s.Listen
		if _, _, err := net.SplitHostPort(s.Listen); err != nil {
			b.wrong(fmt.Sprintf("%q is no address to listen on", s.Listen), `write ":8080" for the whole network, or "127.0.0.1:8080" for this machine alone`, "server", "listen")
		}
	}
	for i, t := range s.Tokens {
		token := rest.Token{Name: t.Name}
		token.Role = choose(b, t.Role, []string{"view", "operate", "configure"},
			[]rest.Role{rest.RoleView, rest.RoleOperate, rest.RoleConfigure}, rest.RoleView, "server", "token", i, "role")
		sum, err := hex.DecodeString(t.SHA256)
		if err != nil || len(sum) != len(token.SHA256) {
			b.wrong("the token's sha256 is not 64 hexadecimal digits", "write what `gatehouse token` prints", "server", "token", i, "sha256")
		}
		copy(token.SHA256[:], sum)
		b.site.Tokens = append(b.site.Tokens, token)
	}
}

func (b *builder) gates() {
	ids := map[string]bool{}
	for i := range b.file.Gates {
		t := &b.file.Gates[i]
		b.unique(t.ID, "gate", "id", ids, "gate", i)
		g := lot.Gate{ID: fact.GateID(t.ID), Name: t.Name}
		if g.Name == "" {
			g.Name = t.ID
		}
		g.Floor = max(0, b.find(t.Floor, "floor", b.floorIDs(), "gate", i, "floor"))
		if t.Direction == "" {
			b.wrong("the gate's direction is missing", `write direction = "in", "out" or "both"`, "gate", i)
		}
		g.Lane.Direction = choose(b, t.Direction, []string{"in", "out", "both"},
			[]fact.Direction{fact.Inward, fact.Outward, fact.DirectionUnknown}, fact.Inward, "gate", i, "direction")
		g.Lane.Closing = choose(b, t.Closing, []string{"barrier", "gateway", "none"},
			[]gate.Closing{gate.ClosedByBarrier, gate.ClosedByGateway, gate.NoArm}, gate.ClosedByBarrier, "gate", i, "closing")
		unread := lot.NoPlateTicket
		if g.Lane.Closing == gate.NoArm {
			unread = lot.NoPlateDeny // a ticket that names nothing would never end
		}
		g.NoPlate = choose(b, t.NoPlate, []string{"ticket", "admit", "deny"},
			[]lot.NoPlate{lot.NoPlateTicket, lot.NoPlateAdmit, lot.NoPlateDeny}, unread, "gate", i, "no_plate")
		g.HoldsNobody = choose(b, t.NoTicket, []string{"deny", "admit"}, []bool{false, true}, false, "gate", i, "no_ticket")
		if g.HoldsNobody && (g.Lane.Direction == fact.Inward || g.Lane.Closing == gate.NoArm) {
			b.wrong("no_ticket is for exits with a barrier", "leave it out", "gate", i, "no_ticket")
		}
		g.Stall = choose(b, t.DiskStall, []string{"open", "wait"},
			[]lot.Stall{lot.StallOpen, lot.StallWait}, lot.StallOpen, "gate", i, "disk_stall")
		b.set(&g.Lane.ClearMS, t.ClearMS, 100, 60_000, "gate", i, "clear_ms")
		b.set(&g.Lane.MaxRunMS, t.MaxRunMS, 500, 60_000, "gate", i, "max_run_ms")
		b.set(&g.Lane.BackOutMS, t.BackOutMS, 500, 60_000, "gate", i, "back_out_ms")
		b.set(&g.Lane.VendTimeoutMS, t.VendTimeoutMS, 5_000, 3_600_000, "gate", i, "vend_timeout_ms")
		if g.Lane.Direction != fact.Outward {
			b.entries = append(b.entries, t.ID)
		}
		b.site.Lot.Gates = append(b.site.Lot.Gates, g)
	}
}

func (b *builder) gateIDs() []string {
	ids := make([]string, len(b.file.Gates))
	for i := range ids {
		ids[i] = b.file.Gates[i].ID
	}
	return ids
}

func (b *builder) devices() {
	ids, spots, served := map[string]bool{}, map[string]int32{}, map[string]string{}
	for i := range b.site.Lot.Spots {
		spots[b.site.Lot.Spots[i].Number] = int32(i)
	}
	uses := make([]string, 0, len(Uses()))
	for _, use := range Uses() {
		uses = append(uses, string(use))
	}
	for i := range b.file.Devices {
		t := &b.file.Devices[i]
		b.unique(t.ID, "device", "id", ids, "device", i)
		d := Device{ID: fact.DeviceID(t.ID), Driver: t.Driver, Gate: -1, Floor: -1, Settings: b.settings(t)}
		if t.Role == "" {
			b.wrong("the device's role is missing", advise("", uses), "device", i)
		}
		d.Use = choose(b, t.Role, uses, Uses(), "", "device", i, "role")
		b.driver(i, t)
		d.Key = b.key(i, t.KeySHA256)
		b.place(i, t, &d, spots)
		b.alone(i, t, &d, served)
		b.site.Devices = append(b.site.Devices, d)
	}
	for i := range b.site.Lot.Gates {
		b.equip(i)
	}
}

// key reads the hash of what a device must show.
func (b *builder) key(i int, text string) []byte {
	if text == "" {
		return nil
	}
	key, err := hex.DecodeString(text)
	if err != nil || len(key) != sha256.Size {
		b.wrong("the key's sha256 is not 64 hexadecimal digits", "write what `gatehouse token` prints", "device", i, "key_sha256")
	}
	return key
}

// driver checks a device's driver and the names of its settings.
func (b *builder) driver(i int, t *deviceTable) {
	driver, found := b.known.Find(t.Driver)
	if !found {
		b.wrong(fmt.Sprintf("there is no driver %q", t.Driver), advise(t.Driver, b.known.Names()), "device", i, "driver")
		return
	}
	for k := range b.problems { // what was read as a key of the device, and is a setting
		key, inside := strings.CutPrefix(b.problems[k].Key, fmt.Sprintf("device[%d].", i+1))
		if _, is := driver.Settings[key]; inside && is && b.problems[k].What == "unknown key" {
			b.problems[k].Do = fmt.Sprintf("write it in settings = { %s = … }", key)
		}
	}
	known := make([]string, 0, len(driver.Settings))
	for name := range driver.Settings {
		known = append(known, name)
	}
	for name := range t.Settings {
		if _, found := driver.Settings[name]; !found {
			b.wrong(fmt.Sprintf("driver %q has no setting %q", t.Driver, name), advise(name, sorted(known)), "device", i, "settings", name)
		}
	}
}

// settings are a device's, with paths of files in place of their names.
func (b *builder) settings(t *deviceTable) map[string]any {
	driver, _ := b.known.Find(t.Driver)
	settings := maps.Clone(t.Settings)
	for key, wire := range driver.Wires {
		if name, ok := settings[key].(string); ok && wire == drivers.WireFile && strings.HasSuffix(name, ".toml") {
			settings[key] = b.beside(name)
		}
	}
	return settings
}

// place checks what a device is said to serve.
func (b *builder) place(i int, t *deviceTable, d *Device, spots map[string]int32) {
	b.elsewhere(i, t, d.Use)
	switch d.Use {
	case UseSensor, UseSecondSensor:
		if len(t.Spots) == 0 {
			b.wrong("the sensor serves no spot", `write spots = ["A-001"]`, "device", i)
		}
		for k, text := range t.Spots {
			b.sensed(d, b.spelt(text, "device", i, "spots", k), spots, "device", i, "spots", k)
		}
	case UseSign:
		d.Floor = b.find(t.Floor, "floor", b.floorIDs(), "device", i, "floor")
	case UseFire, UseMonitor, "":
	default:
		d.Gate = b.find(t.Gate, "gate", b.gateIDs(), "device", i, "gate")
	}
}

// elsewhere notes a place that a device of this use does not have.
func (b *builder) elsewhere(i int, t *deviceTable, use Use) {
	senses, everywhere := use == UseSensor || use == UseSecondSensor, use == UseFire || use == UseMonitor
	if t.Gate != "" && (senses || everywhere || use == UseSign) {
		do := "leave it out"
		if use == UseFire {
			do = "leave it out: it opens all gates"
		}
		b.wrong(fmt.Sprintf("a device with role %q is at no gate", use), do, "device", i, "gate")
	}
	if t.Floor != "" && use != UseSign && use != "" {
		b.wrong(fmt.Sprintf("a device with role %q is on no floor", use), "leave it out", "device", i, "floor")
	}
	if len(t.Spots) > 0 && !senses && use != "" {
		b.wrong(fmt.Sprintf("a device with role %q serves no spots", use), "leave them out", "device", i, "spots")
	}
}

// sensed notes which spots a sensor watches, in the order of its channels.
func (b *builder) sensed(d *Device, numbers []string, spots map[string]int32, path ...any) {
	for _, number := range numbers {
		spot, found := spots[number]
		switch {
		case !found:
			b.wrong(fmt.Sprintf("there is no spot %q", number), "write its number as in [[spots]]", path...)
			return
		case b.site.Lot.Spots[spot].Sensor < 0:
			b.wrong(fmt.Sprintf("spot %q has no kind of sensor", number), `give its [[spots]] row sensor = "…"`, path...)
			return
		}
		d.Spots = append(d.Spots, spot)
	}
}

// equip tells a gate what it has, by the devices that name it.
func (b *builder) equip(i int) {
	g := &b.site.Lot.Gates[i]
	for _, d := range b.site.Devices {
		if d.Use == UseFire {
			g.Fire = true
		}
		if d.Gate != i {
			continue
		}
		switch d.Use {
		case UseArmingLoop:
			g.Lane.ArmingLoop = true
		case UseClosingLoop:
			g.Lane.ClosingLoop = true
		case UseArmUp:
			g.Lane.UpSwitch = true
		case UseArmDown:
			g.Lane.DownSwitch = true
		case UseCamera:
			g.Camera = true
		case UseReader:
			g.TicketButton = g.TicketButton || d.ticketButton()
		case UseColumn:
			g.TicketButton, g.Printer, g.Display = true, true, true
		case UseDisplay, UseLight:
			g.Display = true
		case UsePrinter:
			g.Printer = true
		case UseTerminal:
			g.Terminal = true
		}
	}
	switch g.Lane.Closing {
	case gate.ClosedByGateway:
		if !g.Lane.ClosingLoop {
			b.wrong("the gateway may not close a gate without a closing loop", `add a device with role "closing_loop", or write closing = "barrier"`, "gate", i, "closing")
		}
	case gate.NoArm:
		b.freeFlow(i)
	}
}

// ticketButton reports whether a reader is a button for a ticket.
func (d *Device) ticketButton() bool { return d.Driver == "contact" && d.Settings["button"] != "help" }

// freeFlow wants a gate without a barrier to have a camera, and nothing that belongs to a barrier.
func (b *builder) freeFlow(i int) {
	if !b.site.Lot.Gates[i].Camera {
		b.wrong("nothing tells who passes a gate without a barrier", `add a device with role "camera", or write closing = "barrier"`, "gate", i, "closing")
	}
	for k, d := range b.site.Devices {
		switch d.Use {
		case UseBarrier, UseArmingLoop, UseClosingLoop, UseArmUp, UseArmDown, UseStop, UseTerminal, UseColumn, UsePrinter:
			if d.Gate == i {
				b.wrong(fmt.Sprintf(`a gate with closing = "none" has no %s`, d.Use), `give it to another gate, or write closing = "barrier" for this one`, "device", k, "gate")
			}
		}
	}
}

// single are the uses of which a gate has one device: of two, nobody could say which counts.
func (u Use) single() bool {
	switch u {
	case UseArmingLoop, UseClosingLoop, UseArmUp, UseArmDown, UseColumn, UseTerminal, UsePrinter:
		return true
	}
	return false
}

// alone notes a device that serves what another one serves already.
func (b *builder) alone(i int, t *deviceTable, d *Device, served map[string]string) {
	if d.Use.single() && d.Gate >= 0 {
		what := fmt.Sprintf("gate %q has a %s already", t.Gate, d.Use)
		if other, taken := served[what]; taken {
			b.wrong(what+", device "+strconv.Quote(other), "name one device", "device", i)
		}
		served[what] = t.ID
	}
	for _, spot := range d.Spots {
		number := b.site.Lot.Spots[spot].Number
		what := fmt.Sprintf("spot %q has a %s already", number, d.Use)
		if other, taken := served[what]; taken {
			b.wrong(what+", device "+strconv.Quote(other), "name each spot at one sensor; a second one that confirms it has the role second_sensor", "device", i, "spots")
			return
		}
		served[what] = t.ID
	}
}
