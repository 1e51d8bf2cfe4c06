package drivers

import (
	"fmt"
	"sort"
)

// Driver is one line of the catalog.
type Driver struct {
	Name    string // as written in the site file
	Summary string // one line for `lotctl driver ls`
	// Settings names the keys that the driver takes from the site file, each with one line of help.
	Settings map[string]string
	// Make returns a value that implements one or more contracts. It does no I/O on devices.
	Make func(host Host, settings Settings) (any, error)
}

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
		return 0, fmt.Errorf("%w: %s = %v: write a whole number", ErrSettings, key, value)
	}
	return int(number), nil
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
	sort.Strings(names)
	return names
}
