package site

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"gatehouse/drivers"
	"gatehouse/sync/tomlfile"
)

// overrides are what headquarters, or a technician, may set in place of the site file while the gateway runs.
type overrides struct {
	Location     nameOverride      `toml:"location"`
	Sync         syncOverride      `toml:"sync"`
	Policy       policyTable       `toml:"policy"`
	Reservations reservationsTable `toml:"reservations"`
}

type nameOverride struct {
	Name string `toml:"name"`
}

type syncOverride struct {
	Broker string `toml:"broker"`
	Chain  string `toml:"chain"`
}

// source is what a site was read from.
type source struct {
	filename string
	folder   string // of the site file, whatever file this is
	data     []byte
	known    drivers.Catalog
	open     opener
}

// Override is the site with settings in place of what its file says: a TOML text with keys of [policy] and [reservations],
// name of [location], broker and chain of [sync]. What the text doesn't name is as the file has it, and so is everything
// else. Its error is tomlfile.Problems.
func (s *Site) Override(settings []byte) (*Site, error) {
	document, err := tomlfile.Parse("settings", settings)
	if err != nil {
		return nil, err
	}
	b, err := s.source.read()
	if err != nil {
		return nil, err
	}
	var set overrides
	if err := document.Decode(&set); err != nil && !errors.As(err, &b.problems) {
		return nil, err
	}
	b.document, b.misread = document, slices.Clone(b.problems) // whatever is wrong now, the settings say
	overlay(&b.file.Policy, set.Policy)
	overlay(&b.file.Reservations, set.Reservations)
	if set.Location.Name != "" {
		b.file.Location.Name = set.Location.Name
	}
	if b.file.Sync != nil {
		overlay(b.file.Sync, syncTable{Broker: set.Sync.Broker, Chain: set.Sync.Chain})
	}
	made, err := b.build()
	if err != nil {
		return nil, err
	}
	made.Digest, made.source = s.Digest, s.source
	return made, nil
}

// overlay copies the fields that are set.
func overlay[T any](onto *T, set T) {
	from, to := reflect.ValueOf(set), reflect.ValueOf(onto).Elem()
	for i := range from.NumField() {
		if field := from.Field(i); !field.IsZero() {
			to.Field(i).Set(field)
		}
	}
}

// WithTariff is the site with a tariff document in place of what its file says of prices. It returns what is probably not
// meant, too. Its error says what is wrong, at the document's own lines.
func (s *Site) WithTariff(text []byte) (*Site, []string, error) {
	if len(text) > tariffMaxBytes {
		return nil, nil, fmt.Errorf("site: the tariff has %d bytes, at most %d: leave out rules that are over", len(text), tariffMaxBytes)
	}
	loaded, problems, err := parseTariff("tariff.toml", text)
	if err != nil {
		return nil, nil, err
	}
	switch cfg := s.Lot; {
	case loaded.Currency != cfg.Currency:
		return nil, nil, fmt.Errorf("site: the tariff is in %s, the location in %s: write the same currency in both", loaded.Currency, cfg.Currency)
	case loaded.Zone.String() != cfg.Zone.String():
		return nil, nil, fmt.Errorf("site: the tariff is in zone %s, the location in %s: write the same zone in both", loaded.Zone, cfg.Zone)
	}
	warnings := []string{}
	for _, problem := range problems {
		warnings = append(warnings, problem.Error())
	}
	made, cfg := *s, *s.Lot
	cfg.NextTariffs = nil // headquarters says when the next one comes
	cfg.Tariff, cfg.TariffText, cfg.TariffDigest = loaded, string(text), digestOf(string(text))
	made.Lot = &cfg
	return &made, warnings, nil
}
