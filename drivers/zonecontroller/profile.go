package zonecontroller

import (
	"embed"
	"fmt"
	"os"
	"strings"

	"gatehouse/drivers"
	"gatehouse/drivers/modbus"
	"gatehouse/sync/tomlfile"
)

//go:embed profiles/*.toml
var files embed.FS

// profileBytesMax bounds an installer's file.
const profileBytesMax = 64 << 10

// Profile is how a kind of slave is read.
type Profile struct {
	Title    string `toml:"title"`
	Function int    `toml:"function"` // 1 coils, 2 discrete inputs, 3 holding registers, 4 input registers
	Start    int    `toml:"start"`    // address of the first of them, as on the wire
	Spots    int    `toml:"spots"`    // of one slave, unless the device says otherwise
	Mapping  string `toml:"mapping"`  // bit, value or distance
	Invert   bool   `toml:"invert"`   // a bit that is set, or a value that is not 0, is free
	HighBit  bool   `toml:"high_bit"` // the first spot of a register is its highest bit
	Occupied []int  `toml:"occupied"` // of a value: what else than "not 0" is occupied; all others but the codes are free
	UnitUM   int    `toml:"unit_um"`  // of a distance: micrometres of one
	Codes    codes  `toml:"codes"`
	Trigger  *write `toml:"trigger"` // what starts a measurement, if none runs by itself
	Address  int    `toml:"address"` // of a new device
	Baud     int    `toml:"baud"`
	Parity   string `toml:"parity"`
	StopBits int    `toml:"stop_bits"`
}

// codes are values that are no reading.
type codes struct {
	NoObject     []int `toml:"no_object"`
	Interference []int `toml:"interference"`
	Fault        []int `toml:"fault"`
}

type write struct {
	Register int `toml:"register"`
	Value    int `toml:"value"`
	Function int `toml:"function"` // 6 (if absent), or 16 for a device that knows no other
}

// to is the request that writes it.
func (w write) to(slave byte) modbus.Request {
	if w.Function == modbus.FunctionWriteRegisters {
		return modbus.WriteRegisters(slave, uint16(w.Register), uint16(w.Value))
	}
	return modbus.Request{Slave: slave, Function: modbus.FunctionWriteRegister, Start: uint16(w.Register), Value: uint16(w.Value)}
}

func (w write) known() bool {
	return w.Function == 0 || w.Function == modbus.FunctionWriteRegister || w.Function == modbus.FunctionWriteRegisters
}

// The mappings.
const (
	mappingBit      = "bit"
	mappingValue    = "value"
	mappingDistance = "distance"
)

// ProfileNames lists the profiles that come with the driver, sorted.
func ProfileNames() []string {
	entries, _ := files.ReadDir("profiles") // embedded, and sorted by name
	names := make([]string, 0, len(entries))
	for _, entry := range entries {
		names = append(names, strings.TrimSuffix(entry.Name(), ".toml"))
	}
	return names
}

// LoadProfile reads the profile of that name, or the file if the name ends with .toml.
func LoadProfile(name string) (Profile, error) {
	if strings.HasSuffix(name, ".toml") {
		info, err := os.Stat(name)
		if err == nil && info.Size() > profileBytesMax {
			err = fmt.Errorf("%d bytes, more than %d", info.Size(), profileBytesMax)
		}
		if err != nil {
			return Profile{}, fmt.Errorf("%w: profile = %q: %w", drivers.ErrSettings, name, err)
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return Profile{}, fmt.Errorf("%w: profile = %q: %w", drivers.ErrSettings, name, err)
		}
		return ParseProfile(data, name)
	}
	data, err := files.ReadFile("profiles/" + name + ".toml")
	if err != nil {
		return Profile{}, fmt.Errorf("%w: profile = %q: write one of %s, or the path of your own file, which ends with .toml",
			drivers.ErrSettings, name, strings.Join(ProfileNames(), ", "))
	}
	return ParseProfile(data, name+".toml")
}

// ParseProfile reads a profile. The filename is only for messages. The error lists all problems of the file.
func ParseProfile(data []byte, filename string) (Profile, error) {
	document, err := tomlfile.Parse(filename, data)
	if err != nil {
		return Profile{}, fmt.Errorf("%w: %w", drivers.ErrSettings, err)
	}
	p := Profile{Function: modbus.FunctionReadHoldings, Spots: 1, UnitUM: 1000, Baud: 9600, Parity: "N", StopBits: 1}
	if err := document.Decode(&p); err != nil {
		return Profile{}, fmt.Errorf("%w: %w", drivers.ErrSettings, err)
	}
	var problems tomlfile.Problems
	for _, check := range p.checks() {
		if !check.good {
			problems = append(problems, document.Problem([]any{check.key}, check.what, check.do))
		}
	}
	if err := problems.Err(); err != nil {
		return Profile{}, fmt.Errorf("%w: %w", drivers.ErrSettings, err)
	}
	return p, nil
}

// check is one rule of a profile.
type check struct {
	key      string
	good     bool
	what, do string
}

func (p Profile) checks() []check {
	known := p.Mapping == mappingBit || p.Mapping == mappingValue || p.Mapping == mappingDistance
	bits := p.Function == modbus.FunctionReadCoils || p.Function == modbus.FunctionReadDiscretes
	registers := p.Function == modbus.FunctionReadHoldings || p.Function == modbus.FunctionReadInputs
	return []check{
		{"mapping", known, fmt.Sprintf("there is no mapping %q", p.Mapping), "write bit, value or distance"},
		{"function", bits || registers, fmt.Sprintf("function %d reads nothing", p.Function), "write 1, 2, 3 or 4"},
		{"mapping", !known || !bits || p.Mapping == mappingBit, "functions 1 and 2 read bits", `write mapping = "bit"`},
		{"start", isWord(p.Start), fmt.Sprintf("%d is no address", p.Start), "write 0 to 65535, as on the wire (40001 of a manual is 0)"},
		{"spots", p.fits(p.Spots), fmt.Sprintf("%d spots do not fit into one request", p.Spots), "write 1 to 125 registers' worth, or 2000 bits"},
		{"unit_um", p.UnitUM > 0 && p.UnitUM <= 100_000, fmt.Sprintf("%d micrometres are no unit", p.UnitUM), "write 100 for 0.1 mm, 1000 for 1 mm, 10000 for 1 cm"},
		{"parity", p.Parity == "N" || p.Parity == "E" || p.Parity == "O", fmt.Sprintf("there is no parity %q", p.Parity), "write N, E or O"},
		{"stop_bits", p.StopBits == 1 || p.StopBits == 2, fmt.Sprintf("%d stop bits can't be had", p.StopBits), "write 1 or 2"},
		{"address", p.Address >= 0 && p.Address <= modbus.SlaveMax, fmt.Sprintf("%d is no address", p.Address), "write 1 to 247"},
		{"baud", p.Baud > 0, fmt.Sprintf("%d is no speed", p.Baud), "write the device's baud"},
		{"trigger", p.Trigger == nil || isWord(p.Trigger.Register) && isWord(p.Trigger.Value), "its register or value fits into no register", "write 0 to 65535"},
		{"trigger", p.Trigger == nil || p.Trigger.known(), "its function writes no register", "write 6 or 16"},
	}
}

// mode is how a new device speaks.
func (p Profile) mode() drivers.SerialMode {
	return drivers.SerialMode{Baud: p.Baud, Parity: p.Parity[0], StopBits: p.StopBits}
}

func isWord(value int) bool { return value >= 0 && value <= 0xFFFF }

// count is how many registers or bits hold so many spots.
func (p Profile) count(spots int) int {
	if p.Mapping == mappingBit && p.Function >= modbus.FunctionReadHoldings {
		return (spots + 15) / 16
	}
	return spots
}

func (p Profile) fits(spots int) bool {
	most := modbus.RegistersMax
	if p.Function < modbus.FunctionReadHoldings {
		most = modbus.BitsMax
	}
	return spots >= 1 && p.count(spots) <= most
}
