package site

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"gatehouse/boards"
	"gatehouse/drivers"
	"gatehouse/sync/tomlfile"
)

// Wiring says what keeps devices from working that the file alone can tell: a board that there is no file of, settings
// that a driver refuses, roles that it can't serve, names that the board or the site does not have, one line for two
// devices. Such a device is offline and the others work, so that none of it is a reason not to start. Drivers are made
// with the host, which nothing is asked of. Ask once: the drivers of a catalog remember who is on a port. The error is
// tomlfile.Problems.
func (s *Site) Wiring(host drivers.Host) error {
	b, err := s.source.read()
	if err != nil {
		return err
	}
	b.problems, b.misread = nil, nil
	w := wiring{builder: b, owners: map[string]string{}}
	if w.board, err = boards.Load(s.Board); err != nil {
		w.wrongBoard(err)
		return b.problems.Err()
	}
	described := &onBoard{host, w.board}
	for i, d := range s.Devices {
		if driver, found := b.known.Find(d.Driver); found {
			w.device(i, d, driver, described)
		}
	}
	return b.problems.Err()
}

// onBoard is a host that tells of the board's supply, as the real one does.
type onBoard struct {
	drivers.Host
	board boards.Board
}

// Supply is what the driver ups asks for.
func (h *onBoard) Supply() drivers.Settings { return h.board.UPS.Settings() }

// wiring checks devices against the board.
type wiring struct {
	*builder
	board  boards.Board
	told   string            // the device of which its driver has told what is wrong
	owners map[string]string // of what is for one device alone: its device; of ports that are shared: their protocol
	chips  []chipOf
}

// chipOf is where a device has a chip on an I2C bus, or may find one.
type chipOf struct {
	device string
	at     drivers.I2CPlace
}

// wrongBoard says why there is no board: because of its name, or because of what its own file says.
func (w *wiring) wrongBoard(err error) {
	var problems tomlfile.Problems
	switch {
	case errors.As(err, &problems):
		w.problems = append(w.problems, problems...)
	case errors.Is(err, boards.ErrUnknown):
		what, do, _ := cutLast(strings.TrimPrefix(err.Error(), "boards: "), ": ")
		w.wrong(what, do, "location", "board")
	case errors.Is(err, fs.ErrNotExist):
		w.wrong(fmt.Sprintf("there is no board file %q beside this one", w.file.Location.Board), "copy it there, or write a name that `lotctl board ls` lists", "location", "board")
	default:
		w.wrong(err.Error(), "write the path of a file, or a name that `lotctl board ls` lists", "location", "board")
	}
}

func (w *wiring) device(i int, d Device, driver drivers.Driver, host drivers.Host) {
	made, err := makeOf(driver, host, d.Settings)
	if err != nil {
		w.told = string(d.ID)
		w.refused(i, driver, err)
	} else if !d.Use.ServedBy(made) {
		w.wrong(fmt.Sprintf("driver %q can't serve as %s", d.Driver, d.Use), w.servers(made), "device", i, "role")
	}
	if channels, counts := made.(drivers.Channeled); err == nil && counts && len(d.Spots) > channels.Channels() {
		w.wrong(fmt.Sprintf("%s are named, and the device senses %d", tomlfile.Counted(len(d.Spots), "spot"), channels.Channels()),
			"name as many spots as it has sensors, in their order", "device", i, "spots")
	}
	if user, is := made.(drivers.OnI2C); is && err == nil {
		w.onI2C(i, d, user.I2CPlaces())
	}
	for _, key := range slices.Sorted(maps.Keys(driver.Wires)) {
		switch names := d.Settings[key].(type) {
		case string:
			w.wire(i, d, driver.Wires[key], names, "device", i, "settings", key)
		case []any:
			for k, name := range names {
				if text, ok := name.(string); ok {
					w.wire(i, d, driver.Wires[key], text, "device", i, "settings", key, k)
				}
			}
		}
	}
}

// onI2C checks that a device's chips can be told from all others of their bus. It tells of the first that can't.
func (w *wiring) onI2C(i int, d Device, places []drivers.I2CPlace) {
	defer func() {
		for _, at := range places {
			w.chips = append(w.chips, chipOf{string(d.ID), at})
		}
	}()
	for _, at := range places {
		for _, other := range w.chips {
			if clash := at.Clash(other.at); clash != "" {
				w.wrong(fmt.Sprintf("%s, with device %q", clash, other.device), adviceOn(at, other.at), "device", i, "settings", "bus")
				return
			}
		}
		for _, on := range w.board.I2C[at.Bus].Devices {
			there := drivers.I2CPlace{Bus: at.Bus, Address: uint16(on.Address)}
			if clash := at.Clash(there); clash != "" && on.Driver != d.Driver {
				w.wrong(fmt.Sprintf("%s, with the board's %s", clash, on.What), adviceOn(at, there), "device", i, "settings", "bus")
				return
			}
		}
	}
}

// adviceOn says what to do about two chips that can't both be used.
func adviceOn(at, other drivers.I2CPlace) string {
	switch {
	case at.Address == other.Multiplexer || at.Multiplexer == other.Address:
		return "set another address by the pins A0 to A2 of the multiplexer, and write it as mux"
	case at.Multiplexer == 0 && other.Multiplexer == 0:
		return "if these are two kinds of chip write chip and address at both devices; two of a kind stand behind a multiplexer PCA9548, with mux and channels at both"
	case at.Multiplexer == 0 || other.Multiplexer == 0:
		return "put the other chip behind a multiplexer as well, or on another bus; if it is of another kind write chip and address at both devices"
	}
	return "give each device channels of its own"
}

// makeOf makes a device's driver. One that panics is refused: it must not end the others.
func makeOf(driver drivers.Driver, host drivers.Host, settings map[string]any) (made any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("its driver panicked: %v", p)
		}
	}()
	return driver.Make(host, settings)
}

// servers tells what something that was made can serve as.
func (w *wiring) servers(made any) string {
	var can []string
	for _, use := range Uses() {
		if use.ServedBy(made) {
			can = append(can, string(use))
		}
	}
	if len(can) == 0 {
		return "name another driver"
	}
	return "it can serve as " + strings.Join(can, ", ") + "; `lotctl driver ls` lists the others"
}

// refused tells what a driver says of its settings, at the setting that it names. Its words are "KEY = VALUE: write …".
func (w *wiring) refused(i int, driver drivers.Driver, err error) {
	path := []any{"device", i}
	text := without(err, drivers.ErrSettings)
	word, _, _ := strings.Cut(text, " ")
	word = strings.TrimSuffix(word, ":")
	if _, known := driver.Settings[word]; known {
		if _, written := w.file.Devices[i].Settings[word]; written {
			path = append(path, "settings", word)
		} else if w.file.Devices[i].Settings != nil {
			path = append(path, "settings")
		}
	}
	what, do, _ := cutLast(text, ": write ")
	if what == word {
		what = "the driver can't use this"
	}
	if do != "" {
		do = "write " + do
	}
	w.wrong(what, do, path...)
}

// cutLast cuts a text at the last separator.
func cutLast(text, separator string) (before, after string, found bool) {
	if at := strings.LastIndex(text, separator); at >= 0 {
		return text[:at], text[at+len(separator):], true
	}
	return text, "", false
}

// wire checks one name of something on the board.
func (w *wiring) wire(i int, d Device, wire drivers.Wire, name string, path ...any) {
	switch wire {
	case drivers.WireInput, drivers.WirePulses:
		if known(w, "input", name, w.board.Inputs, path) {
			w.claim(d, "input", name, path)
			w.filtered(wire, w.board.Inputs[name], path)
		}
	case drivers.WirePulsed, drivers.WireHeld:
		if known(w, "output", name, w.board.Outputs, path) {
			w.claim(d, "output", name, path)
		}
		if w.told != string(d.ID) {
			w.output(i, d, wire, w.board.Outputs[name], path)
		}
	case drivers.WireSerial, drivers.WireModbus, drivers.WireOSDP:
		if wire == drivers.WireModbus && strings.Contains(name, "://") {
			return
		}
		if known(w, "serial port", name, w.board.UARTs, path) {
			w.port(i, d, wire, name, path)
		}
	case drivers.WireI2C:
		known(w, "I2C bus", name, w.board.I2C, path)
	case drivers.WireSPI:
		if known(w, "SPI device", name, w.board.SPI, path) {
			w.claim(d, "SPI device", name, path)
		}
	case drivers.WireBroker:
		names := make([]string, len(w.file.Brokers))
		for k, broker := range w.file.Brokers {
			names[k] = broker.Name
		}
		if len(names) == 0 {
			w.wrong(fmt.Sprintf("there is no broker %q", name), `add a [[broker]] with name and url = "tcp://host:1883"`, path...)
		} else {
			w.find(name, "broker", names, path...)
		}
	}
}

// known reports whether the board has something of that name, and notes it if not. A simulator makes a virtual board
// larger at will.
func known[T any](w *wiring, kind, name string, on map[string]T, path []any) bool {
	if _, found := on[name]; found || name == "" || w.board.Backend == boards.BackendVirtual { // what is missing, the driver tells
		return name != ""
	}
	do := tomlfile.Advice(name, slices.Sorted(maps.Keys(on)))
	_, after, isWritten := strings.Cut(name, "//")
	if !isWritten {
		after = name
	}
	switch {
	case kind == "serial port" && strings.Contains(after, ".") && !strings.HasPrefix(name, "/dev/"):
		do = `if it is an address in the network, write "tcp://` + after + `"`
	case len(on) == 0:
		do = "take a board that has one: `lotctl board ls`"
	case strings.HasPrefix(name, "/dev/"):
		do = "write the board's name of that device: `lotctl board show " + w.file.Location.Board + "` lists them; or name it in a board file of your own"
	}
	w.wrong(fmt.Sprintf("the board %s has no %s %q", w.board.Name, kind, name), do, path...)
	return false
}

// claim notes which device has something that is for one alone; if another has it, that is a problem.
func (w *wiring) claim(d Device, kind, name string, path []any) {
	what := kind + " " + name
	if owner, taken := w.owners[what]; taken {
		if owner == string(d.ID) && owner == w.told {
			return
		}
		w.wrong(fmt.Sprintf("%s is already for device %q", what, owner), "give each device its own; `lotctl board show "+w.file.Location.Board+"` lists what there is", path...)
		return
	}
	w.owners[what] = string(d.ID)
}

// filtered checks that an input lets through what it must see.
func (w *wiring) filtered(wire drivers.Wire, input boards.Input, path []any) {
	switch {
	case wire != drivers.WirePulses:
	case w.board.Backend == boards.BackendPiControl:
		w.wrong(fmt.Sprintf("board %s looks at input %s every few milliseconds: the pulses of this device are shorter", w.board.Name, input.Name),
			"use a device on a serial port or in the network (a card reader with OSDP), or another board", path...)
	case input.DebounceUS > 0:
		w.wrong(fmt.Sprintf("the board filters input %s for %d ms: the pulses of this device are shorter", input.Name, input.DebounceUS/1000),
			fmt.Sprintf("name one without debounce_us; on a board file of your own: %s = { line = %q }", input.Name, input.Line), path...)
	}
}

// output checks how long an output may stay on.
func (w *wiring) output(i int, d Device, wire drivers.Wire, output boards.Output, path []any) {
	pulseMS, _ := d.Settings["pulse_ms"].(int64)
	switch {
	case output.MaxOnMS == 0 && wire == drivers.WirePulsed && d.Use == UseBarrier && output.Name != "" && w.board.Backend != boards.BackendVirtual:
		w.wrong(fmt.Sprintf("output %s may stay on for ever, and a barrier's pulse has to end whatever becomes of the gateway", output.Name),
			"name an output whose max_on_ms is not 0, or write max_on_ms = 1000 for it in a board file of your own", path...)
	case output.MaxOnMS == 0:
	case wire == drivers.WireHeld:
		w.wrong(fmt.Sprintf("output %s may not stay on for more than %d ms", output.Name, output.MaxOnMS),
			"name an output whose max_on_ms is 0 on the board, or write that in a board file of your own", path...)
	case pulseMS > int64(output.MaxOnMS):
		w.wrong(fmt.Sprintf("output %s may not stay on for more than %d ms", output.Name, output.MaxOnMS),
			"write a shorter pulse, or a longer max_on_ms in a board file of your own", "device", i, "settings", "pulse_ms")
	}
}

// port checks who shares a serial port, and how fast it is.
func (w *wiring) port(i int, d Device, wire drivers.Wire, name string, path []any) {
	protocol := map[drivers.Wire]string{drivers.WireModbus: "Modbus", drivers.WireOSDP: "OSDP"}[wire]
	w.share(d, protocol, name, path)
	baud, written := d.Settings["baud"].(int64)
	most := w.board.UARTs[name].MaxBaud
	switch {
	case !written:
	case !slices.Contains(drivers.Bauds(), int(baud)):
		w.wrong(fmt.Sprintf("%d is no speed of a serial port", baud), fmt.Sprintf("write one of %v", drivers.Bauds()), "device", i, "settings", "baud")
	case most > 0 && int(baud) > most:
		w.wrong(fmt.Sprintf("the port %s takes %d baud at most", name, most), "write a lower speed, and set the device to it", "device", i, "settings", "baud")
	}
}

// share notes which protocol shares a port; if the port is for one device alone, or for another protocol, that is a
// problem.
func (w *wiring) share(d Device, protocol, name string, path []any) {
	what := "serial port " + name
	before, shared := w.owners[what+" speaks"]
	switch {
	case protocol == "":
		w.owners[what+" speaks"] = "device " + string(d.ID)
		if shared {
			w.wrong(fmt.Sprintf("%s is already for %s", what, before), "give this device a port of its own", path...)
		}
	case !shared:
		w.owners[what+" speaks"] = protocol
	case before != protocol:
		w.wrong(fmt.Sprintf("%s is already for %s", what, before), protocol+" needs a port of its own", path...)
	}
}
