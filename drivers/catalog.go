package drivers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Driver is one line of the catalog.
type Driver struct {
	Name    string // as written in the site file
	Summary string // one line for `lotctl driver ls`
	// Settings names the keys that the driver takes from the site file, each with one line of help.
	Settings map[string]string
	// Wires says which of the settings name something of the board or of the site, and what.
	Wires map[string]Wire
	// Make returns a value that implements one or more contracts. It does no I/O on devices.
	Make func(host Host, settings Settings) (any, error)
}

// Wire is what a setting names: a text, or a list of texts.
type Wire uint8

// The wires. Lines, serial ports and SPI devices are for one device alone; Modbus and OSDP are serial ports that devices of
// that protocol share, and Modbus may be an address in the network as well (tcp://…).
const (
	WireInput  Wire = iota + 1
	WirePulses      // an input that sees pulses of less than a millisecond, so that the board must not filter it
	WirePulsed      // an output that is switched on for a moment
	WireHeld        // an output that may stay on
	WireSerial
	WireModbus
	WireOSDP
	WireI2C
	WireSPI
	WireBroker // an MQTT broker of the site
	WireFile   // a file beside the site file, if it ends with .toml
)

// Settings are a device's own keys from the site file: strings, int64, bool or lists of strings.
type Settings map[string]any

// Text is a string setting, or the fallback if it is absent.
func (s Settings) Text(key, fallback string) (string, error) {
	value, found := s[key]
	if !found {
		return fallback, nil
	}
	text, ok := value.(string)
	if !ok {
		return "", fmt.Errorf("%w: %s = %v: write a text in quotes", ErrSettings, key, value)
	}
	return text, nil
}

// Int is a whole-number setting, or the fallback if it is absent.
func (s Settings) Int(key string, fallback int) (int, error) {
	value, found := s[key]
	if !found {
		return fallback, nil
	}
	number, ok := value.(int64)
	if !ok {
		return 0, fmt.Errorf("%w: %s = %s: write a whole number", ErrSettings, key, written(value))
	}
	return int(number), nil
}

// written is a value as it stands in the file.
func written(value any) string {
	if text, ok := value.(string); ok {
		return strconv.Quote(text)
	}
	return fmt.Sprint(value)
}

// Within is a whole-number setting from low to high, or the fallback if it is absent.
func (s Settings) Within(key string, fallback, low, high int) (int, error) {
	number, err := s.Int(key, fallback)
	if err == nil && (number < low || number > high) {
		err = fmt.Errorf("%w: %s = %d: write %d to %d", ErrSettings, key, number, low, high)
	}
	return number, err
}

// Bool is a setting that is true or false, or false if it is absent.
func (s Settings) Bool(key string) (bool, error) {
	value, found := s[key]
	if !found {
		return false, nil
	}
	yes, ok := value.(bool)
	if !ok {
		return false, fmt.Errorf("%w: %s = %s: write true or false", ErrSettings, key, written(value))
	}
	return yes, nil
}

// Named is a text setting that must not be absent; what says what it names.
func (s Settings) Named(key, what string) (string, error) {
	name, err := s.Text(key, "")
	if err == nil && name == "" {
		err = fmt.Errorf("%w: %s is missing: write the name of %s", ErrSettings, key, what)
	}
	return name, err
}

// OneOf is a text setting that is one of the choices, the first of them if it is absent.
func (s Settings) OneOf(key string, choices ...string) (string, error) {
	choice, err := s.Text(key, choices[0])
	if err == nil && !slices.Contains(choices, choice) {
		err = fmt.Errorf("%w: %s = %q: write one of %s", ErrSettings, key, choice, strings.Join(choices, ", "))
	}
	return choice, err
}

// Texts is a setting that is a list of strings, or nil if it is absent.
func (s Settings) Texts(key string) ([]string, error) {
	switch list := s[key].(type) {
	case nil:
		return nil, nil
	case []string:
		return list, nil
	case []any: // as a file is decoded
		texts := make([]string, 0, len(list))
		for _, value := range list {
			text, ok := value.(string)
			if !ok {
				return nil, fmt.Errorf("%w: %s: %v in the list: write texts in quotes", ErrSettings, key, value)
			}
			texts = append(texts, text)
		}
		return texts, nil
	}
	return nil, fmt.Errorf("%w: %s = %v: write a list of texts in quotes", ErrSettings, key, s[key])
}

// Catalog finds drivers by name.
type Catalog []Driver

// Find returns the driver of that name.
func (c Catalog) Find(name string) (Driver, bool) {
	for _, driver := range c {
		if driver.Name == name {
			return driver, true
		}
	}
	return Driver{}, false
}

// Names lists the drivers, sorted.
func (c Catalog) Names() []string {
	names := make([]string, 0, len(c))
	for _, driver := range c {
		names = append(names, driver.Name)
	}
	slices.Sort(names)
	return names
}
