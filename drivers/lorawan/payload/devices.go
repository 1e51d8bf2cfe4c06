package payload

import (
	"errors"
	"fmt"
	"strings"
)

// The errors of a name and of a payload; what and where is wrapped round them.
var (
	ErrDevice  = errors.New("payload: no such device")
	ErrPayload = errors.New("payload: it makes no sense for this device")
)

// NoPort is the port of an uplink whose port nobody knows. Devices that tell their messages apart by the port refuse it.
const NoPort = -1

// BytesMax is more than any device sends: 242 bytes fit into a LoRaWAN frame, and a few cellular twins send more.
const BytesMax = 512

// Device decodes the uplinks of one kind of device.
type Device struct {
	Name    string // maker and model
	Summary string
	also    string // other names, parted by blanks
	family  string // begins the names of all models of a maker whose payloads are alike
	decode  func(m *Message, port int, data []byte) error
}

// devices is every device that can be decoded, by name.
var devices = []Device{
	{"adnexo-ax-dist", "ultrasonic distance", "", "", decodeAdnexo},
	{"bosch-parking-lot-sensor", "Bosch TPS110 and TPL110",
		"bosch-tps110 bosch-tpl110 bosch-tps110-0233 bosch-tps110-0292 bosch-tpl110-0292 bosch-parkinglotsensor0_39 bosch-parksensor " +
			"bosch-parking-sensor", "", decodeBosch},
	{"conbee-hybridtag-l300", "tag with a distance", "conbee-hybdridtag-l300 conbee-hybridtag", "", decodeWilsen},
	{"decentlab-dl-lid", "laser distance", "decentlab-lid", "", decodeDecentlabLaser},
	{"decentlab-dl-mbx", "ultrasonic distance", "decentlab-mbx", "", decodeDecentlabSound},
	{"decentlab-dl-rad", "radar distance", "decentlab-rad", "", decodeDecentlabRadar},
	{"dingtek-df702", "ultrasonic level",
		"dingtek-df701 dingtek-df703 dingtek-dc410 dingtek-dc413", "", decodeDingtekLevel},
	{"dingtek-do200", "ultrasonic and magnetic", "", "", decodeDingtekParking("do200")},
	{"dingtek-do201", "ultrasonic and magnetic", "", "", decodeDingtekParking("do201")},
	{"dingtek-do202", "radar and magnetic", "", "", decodeDingtekParking("do202")},
	{"dragino-dds04-lb", "four ultrasonic probes", "dragino-dds04-ls dragino-dds04", "", decodeDraginoFour},
	{"dragino-dds20-lb", "ultrasonic level", "dragino-dds20 dragino-dds20-ls", "", decodeDraginoNewOne},
	{"dragino-dds45-lb", "ultrasonic distance", "dragino-dds45 dragino-dds45-ls", "", decodeDraginoNewOne},
	{"dragino-dds75-lb", "three ultrasonic probes", "dragino-dds75 dragino-dds75-ls dragino-dds75-3-lb", "", decodeDraginoThree},
	{"dragino-ds20l", "laser with a limit", "", "", decodeDraginoSwitch},
	{"dragino-ldds04", "four ultrasonic probes", "", "", decodeDraginoOldFour},
	{"dragino-ldds20", "ultrasonic level", "dragino-ldds20-114", "", decodeDraginoOne},
	{"dragino-ldds45", "ultrasonic distance", "", "", decodeDraginoOne},
	{"dragino-ldds75", "ultrasonic distance", "", "", decodeDraginoOldOne},
	{"dragino-lds12-lb", "laser distance", "dragino-lds40-lb dragino-lds12 dragino-lds40 dragino-lds12-ls dragino-lds40-ls", "", decodeDraginoNewLaser},
	{"dragino-llds12", "laser distance", "dragino-llds40", "", decodeDraginoLaser},
	{"dragino-mds120-lb", "radar distance", "dragino-mds120 dragino-lmds120", "", decodeDraginoRadar},
	{"dragino-mds200-lb", "radar, two distances", "dragino-mds200 dragino-lmds200", "", decodeDraginoTwoRadar},
	{"dragino-ndds75", "ultrasonic distance over NB-IoT", "dragino-ndds20", "", decodeDraginoCellular},
	{"elsys-elt2-radar", "ELT with radar", "elsys-elt2r", "", decodeElsys},
	{"elsys-elt2-ultrasonic", "ELT with ultrasonic distance",
		"elsys-elt2 elsys-elt2u elsys-elt2-ultrasonic-10m elsys-elt2-ultrasonic-snow elsys-elt-lite elsys-elt2i", "elsys", decodeElsys},
	{"enginko-egk-lw20w00", "ultrasonic level", "mcf88-lw20w00 mcf88-egk-lw20w00 enginko-lw20w00", "", decodeEnginko},
	{"libelium-smart-parking-v2-v3", "Plug & Sense, firmware 2 and 3",
		"libelium-smart-parking libelium-smart-parking-v2 libelium-smart-parking-v3 libelium-plug-sense-smart-parking", "", decodeLibelium},
	{"lobaro-oskar-v2", "ultrasonic level", "lobaro-oskar lobaro-oscar", "", decodeLobaro},
	{"milesight-em310-udl", "ultrasonic distance", "", "", decodeMilesight310},
	{"milesight-em400-mud", "ultrasonic distance", "", "", decodeMilesight400},
	{"milesight-em400-tld", "laser distance", "", "", decodeMilesight400},
	{"milesight-em400-udl", "ultrasonic distance", "milesight-em400-uld", "", decodeMilesight400},
	{"milesight-em410-rdl", "radar distance", "milesight-em411-rdl", "", decodeMilesight410},
	{"milesight-em500-swl", "water depth", "", "", decodeMilesightDepth},
	{"milesight-em500-udl", "ultrasonic distance", "", "", decodeMilesight500},
	{"milesight-vs330", "occupancy and distance", "", "", decodeMilesight330},
	{"milesight-vs340", "occupancy of a seat", "milesight-vs341", "", decodeMilesight340},
	{"milesight-ws201", "distance in a dispenser", "", "", decodeMilesight201},
	{"nwave-nps310", "magnetic", "nwave-nps310sm", "", decodeNwave310},
	{"nwave-nps405", "magnetic; the flag is bit 0", "nwave-nps405sm nwave-nps405fm nwave-nps405-bit0", "", decodeNwaveLow},
	{"nwave-nps405-bit7", "magnetic; the flag is bit 7", "", "", decodeNwaveHigh},
	{"pepperl-fuchs-wilsen-sonic", "WILSEN.sonic.level and .distance",
		"pepperlfuchs-wilsen-sonic-level pepperlfuchs-wilsen-sonic-distance pepperlfuchs-wilsen", "", decodeWilsen},
	{"pipiot-levelsense", "ultrasonic and laser level", "", "", decodePipiot},
	{"pni-placepod", "PNI PlacePod", "pni-placepods pni-placepod-sensor pni-placepod-parking-sensor", "", decodePlacePod},
	{"sensoneo-quatro", "ultrasonic level",
		"sensoneo-single sensoneo-singlesensors sensoneo-quatrosensors sensoneo-single-sensor sensoneo-quatro-sensor", "", decodeSensoneo},
	{"tekelek-766", "ultrasonic level", "tekelek-766-rf tekelek-tek766 tekelek-tek-766", "", decodeTekelek},
	{"tekzitel-tekzipark", "magnetic and radar", "tekzitel", "", decodeTekzipark},
	{"vega-vegapulse-air", "radar distance",
		"vegapulse-air vegapulse-vegapulseair vegapulse-vegapulseair41 vegapulse-vegapulseair42 vega-grieshaber-vegapulse-air", "", decodeVega},
	{"ymatron-slx-1307", "ultrasonic level",
		"swisslogix-slx-1307 swisslogix-ymatron-slx-1307 swisslogix-ymatron-fill-level-sensor-slx-1307", "", decodeYmatron},
	{"yosensi-yo-distance", "Yosensi, payload version 2", "yosensi-distance", "yosensi", decodeYosensi},
}

// Devices lists every device that can be decoded, by name.
func Devices() []Device { return append([]Device(nil), devices...) }

// Find is the device of that name: capitals, blanks, hyphens and the like do not matter, and the maker may be left out
// where the model says enough.
func Find(name string) (Device, error) {
	wanted := letters(name)
	for _, maker := range makers() {
		if model, found := strings.CutPrefix(wanted, maker.other); found {
			wanted = maker.known + model
		}
	}
	for _, device := range devices {
		for _, known := range append(strings.Fields(device.also), device.Name) {
			_, model, _ := strings.Cut(known, "-")
			if wanted != "" && (wanted == letters(known) || wanted == letters(model)) {
				return device, nil
			}
		}
	}
	for _, device := range devices {
		if device.family != "" && strings.HasPrefix(wanted, device.family) {
			return device, nil
		}
	}
	names := make([]string, len(devices))
	for i, device := range devices {
		names[i] = device.Name
	}
	return Device{}, fmt.Errorf("%w as %q: write one of %s", ErrDevice, name, strings.Join(names, ", "))
}

// maker is another name of a maker than that of the table.
type maker struct{ other, known string }

func makers() []maker {
	return []maker{{"milesightiot", "milesight"}, {"ursalink", "milesight"}, {"pnicorp", "pni"}}
}

// letters is a name without all that people write differently.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, name)
}

// Decode puts what the payload says into m. After an error m is empty.
func (d Device) Decode(m *Message, port int, data []byte) error {
	m.fields = m.fields[:0]
	err := d.check(port, data)
	if err == nil {
		err = d.decode(m, port, data)
	}
	if err != nil {
		m.fields = m.fields[:0]
		return fmt.Errorf("%s: %w", d.Name, err)
	}
	return nil
}

func (d Device) check(port int, data []byte) error {
	switch {
	case len(data) == 0:
		return fmt.Errorf("%w: it is empty", ErrPayload)
	case len(data) > BytesMax:
		return fmt.Errorf("%w: it has %d bytes, more than any frame", ErrPayload, len(data))
	case port != NoPort && (port < 1 || port > 223):
		return fmt.Errorf("%w: port %d carries no application data", ErrPayload, port)
	}
	return nil
}

// wrongPort is the error of a port on which a device sends nothing that is known.
func wrongPort(port int, known string) error {
	if port == NoPort {
		return fmt.Errorf("%w without its port: the port says which message it is (%s)", ErrPayload, known)
	}
	return fmt.Errorf("%w: nothing is known on port %d (%s)", ErrPayload, port, known)
}
