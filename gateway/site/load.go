package site

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gatehouse/drivers"
	"gatehouse/sync/durable"
)

// lastGoodName is the copy of the last site file that could be used, beside the journal.
const lastGoodName = "site.last-good.toml"

// lastGoodTariffName is the copy of the tariff that the last good site file named; those that it named after that one are
// numbered.
const lastGoodTariffName = "tariff.last-good%s.toml"

// ErrNoSite means that there is neither a site file that can be used nor one from before.
var ErrNoSite = errors.New("site: no usable site file")

// Loaded is a site and how it came about. If Broken is not nil, the file could not be used and the site is the
// last good one: the gateway runs in safe mode. NotKept says why the file could not be kept as the last good one.
type Loaded struct {
	*Site
	Broken  error
	NotKept error
}

// Load reads the site file. A file that can't be used is no reason not to start: the last good one, kept in
// dataDir, takes its place. A good one becomes the last good one.
func Load(path, dataDir string, known drivers.Catalog) (Loaded, error) {
	lastGood := filepath.Join(dataDir, lastGoodName)
	data, err := os.ReadFile(path)
	if err == nil {
		var good *Site
		if good, err = Parse(path, data, known); err == nil {
			return Loaded{Site: good, NotKept: good.keep(lastGood, data)}, nil
		}
	}
	broken := err
	data, err = os.ReadFile(lastGood)
	if err != nil {
		return Loaded{}, fmt.Errorf("%w: %w", ErrNoSite, broken)
	}
	tariffs := func(_ string, place int) ([]byte, error) { return readBounded(lastGoodTariff(lastGood, place)) }
	good, err := parse(source{lastGood, filepath.Dir(path), data, known, tariffs})
	if err != nil {
		return Loaded{}, fmt.Errorf("%w: %w; and the last good one: %w", ErrNoSite, broken, err)
	}
	return Loaded{Site: good, Broken: broken}, nil
}

// lastGoodTariff is the copy of the tariff in a place: 0 is the first.
func lastGoodTariff(lastGood string, place int) string {
	number := ""
	if place > 0 {
		number = fmt.Sprint("-", place+1)
	}
	return filepath.Join(filepath.Dir(lastGood), fmt.Sprintf(lastGoodTariffName, number))
}

// keep replaces the last good site, its tariffs first: a file without its tariffs is of no use.
func (s *Site) keep(lastGood string, data []byte) error {
	for place, text := range s.tariffs {
		if err := keep(lastGoodTariff(lastGood, place), text); err != nil {
			return err
		}
	}
	return keep(lastGood, data)
}

// keep replaces the last good file so that a power cut leaves the old one or the new one.
func keep(path string, data []byte) error {
	if old, err := os.ReadFile(path); err == nil && string(old) == string(data) {
		return nil
	}
	if err := durable.Replace(path, data, 0o600); err != nil {
		return fmt.Errorf("site: keep the last good file: %w", err)
	}
	return nil
}
