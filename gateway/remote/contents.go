package remote

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/sync/crdt"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/tomlfile"
	"gatehouse/sync/wire"
)

// passesOf reads a document of passes. Keys name passes, and values are their terms.
func passesOf(content []byte) ([]fact.PassIssued, error) {
	var all crdt.RemoveWins
	if len(content) > 0 {
		if err := wire.Unmarshal(content, &all); err != nil {
			return nil, fmt.Errorf("remote: the passes can't be read: %w", err)
		}
	}
	passes := []fact.PassIssued{}
	for _, entry := range all.Entries {
		if entry.Removed {
			continue
		}
		var p fact.PassIssued
		if err := wire.Unmarshal(entry.Value, &p); err != nil {
			return nil, fmt.Errorf("remote: pass %q can't be read: %w", entry.Key, err)
		}
		if p.Plate == "" && p.Card == "" || p.UntilMS != 0 && p.UntilMS <= p.FromMS {
			return nil, fmt.Errorf("remote: pass %q needs a plate or a card, and an end after its start", entry.Key)
		}
		p.Pass = lot.HeadquartersPass(entry.Key, entry.Version)
		passes = append(passes, p)
	}
	return passes, nil
}

// lines are what a text says, without remarks and empty lines.
func lines(content []byte) []string {
	all := []string{}
	for line := range strings.Lines(string(content)) {
		said, _, _ := strings.Cut(line, "#")
		if said = strings.TrimSpace(said); said != "" {
			all = append(all, said)
		}
	}
	return all
}

// platesMax bounds a block list.
const platesMax = 100_000

// platesOf reads a block list: a plate on each line.
func platesOf(content []byte) ([]string, error) {
	plates := lines(content)
	if len(plates) > platesMax {
		return nil, fmt.Errorf("remote: the block list has %d plates, at most %d", len(plates), platesMax)
	}
	return plates, nil
}

// lendingOf reads what headquarters asks to be lent.
func lendingOf(content []byte) (lent policy.Allotment, err error) {
	if len(content) == 0 {
		return lent, nil
	}
	if err := wire.Unmarshal(content, &lent); err != nil {
		return lent, fmt.Errorf("remote: the rights can't be read: %w", err)
	}
	return lent, nil
}

// salesOf reads what headquarters sold.
func salesOf(content []byte) (list policy.SalesList, err error) {
	if len(content) == 0 {
		return list, nil
	}
	if err := wire.Unmarshal(content, &list); err != nil {
		return list, fmt.Errorf("remote: the sales can't be read: %w", err)
	}
	for i := range list.Sales {
		if s := &list.Sales[i]; s.Reservation == "" || s.EndMS <= s.StartMS || s.SpotType == fact.AnyType || s.PrepaidMinor < 0 {
			return list, fmt.Errorf("remote: sale %q needs a number, a type of spot, and an end after its start", s.Reservation)
		}
	}
	return list, nil
}

// validationsFile is a document of validations.
type validationsFile struct {
	Validations []validationTable `toml:"validation"`
}

type validationTable struct {
	Code      string   `toml:"code"`
	Merchant  string   `toml:"merchant"`
	From      string   `toml:"from"`
	Until     string   `toml:"until"`
	Withdrawn bool     `toml:"withdrawn"`
	Coupons   []string `toml:"coupons"`
}

// validationsOf reads a document of validations.
func validationsOf(content []byte) ([]lot.Validation, error) {
	var file validationsFile
	if err := tomlfile.Decode("validations", content, &file); err != nil {
		return nil, err
	}
	list, codes := []lot.Validation{}, map[string]bool{}
	for _, t := range file.Validations {
		if t.Code == "" || codes[t.Code] {
			return nil, fmt.Errorf("remote: validation %q: each needs a code of its own", t.Code)
		}
		codes[t.Code] = true
		for _, day := range []string{t.From, t.Until} {
			if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
				return nil, fmt.Errorf("remote: validation %s: %q is no day: write it as 2026-01-31", t.Code, day)
			}
		}
		list = append(list, lot.Validation(t))
	}
	return list, nil
}

// checkValidations says why validations can't be used: a code that the tariff doesn't have is a slip of the pen.
func (r *Remote) checkValidations(ctx context.Context, content []byte) error {
	list, err := validationsOf(content)
	if err != nil {
		return err
	}
	var codes []string
	err = r.options.Lot.View(ctx, func(l *lot.Lot) {
		for _, d := range l.Config().Tariff.Discounts {
			codes = append(codes, d.Code)
		}
	})
	for _, v := range list {
		if !slices.Contains(codes, v.Code) {
			err = errors.Join(err, fmt.Errorf("remote: the tariff has no discount %q; it has %q", v.Code, codes))
		}
	}
	return err
}
