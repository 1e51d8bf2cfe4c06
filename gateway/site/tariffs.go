package site

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/gateway/tariff"
	"gatehouse/gateway/tariffdoc"
	"gatehouse/sync/fact"
	"gatehouse/sync/tomlfile"
)

// opener reads a tariff that the site file names: the first, or one that comes after it.
type opener func(name string, place int) ([]byte, error)

// beside reads files in the folder of the site file.
func beside(filename string) opener {
	return func(name string, _ int) ([]byte, error) {
		return readBounded(filepath.Join(filepath.Dir(filename), name))
	}
}

// tariffMaxBytes bounds a tariff's text: it goes into the log, and into one record of the journal.
const tariffMaxBytes = 60 << 10

func readBounded(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, tariffMaxBytes+1))
}

// prices has the lot charge by the tariff document that the file names, or by the rules that it holds.
func (b *builder) prices() {
	cfg := b.site.Lot
	cfg.ReadTariff = ReadTariff
	if b.file.Tariff.File == "" {
		if len(b.file.Tariff.Next) > 0 {
			b.wrong("prices that change some day are documents of their own", `write the prices of today in a document too, and name it with file = "tariff.toml"`, "tariff", "next")
		}
		cfg.Tariff = b.tariff()
		cfg.TariffText = b.inlineText()
	} else {
		cfg.Tariff, cfg.TariffText = b.tariffDocuments()
	}
	cfg.TariffDigest = digestOf(cfg.TariffText)
}

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// nextMax is how many documents may wait for their day.
const nextMax = 8

// tariffDocuments reads the document in force, and those that come into force later.
func (b *builder) tariffDocuments() (*tariff.Tariff, string) {
	t := b.file.Tariff
	here := []any{"tariff", "file"}
	if t.File, t.Next = "", nil; !t.empty() {
		b.wrong("prices are in the file that it names, and here as well", "leave out everything in [tariff] but file and next", here...)
	}
	first, text := b.tariffDocument(b.file.Tariff.File, 0, here...)
	if len(b.file.Tariff.Next) > nextMax {
		b.wrong(fmt.Sprintf("more than %d documents wait for their day", nextMax), "leave out those that are far away", "tariff", "next")
		return first, text
	}
	before := first
	for i, name := range b.file.Tariff.Next {
		at := []any{"tariff", "next", i}
		next, nextText := b.tariffDocument(name, i+1, at...)
		switch {
		case next == nil || before == nil:
			continue
		case next.ValidFrom == 0 || next.ValidFrom <= before.ValidFrom:
			b.wrong(fmt.Sprintf("nothing says that %q comes into force after the one before it", name), `write valid_from = "2027-01-01" in it, the day on which it does`, at...)
		case next.Version == before.Version:
			b.wrong(fmt.Sprintf("%q has the same version as the one before it", name), "give each its own: tickets and receipts name it", at...)
		}
		b.site.Lot.NextTariffs = append(b.site.Lot.NextTariffs, lot.TariffVersion{Tariff: next, Text: nextText, Digest: digestOf(nextText)})
		before = next
	}
	return first, text
}

// tariffDocument reads a document. What is wrong in it is told at its own lines.
func (b *builder) tariffDocument(name string, place int, here ...any) (*tariff.Tariff, string) {
	if !filepath.IsLocal(name) {
		b.wrong(fmt.Sprintf("%q is not beside the site file", name), `write a name such as "tariff.toml"`, here...)
		return nil, ""
	}
	data, err := b.open(name, place)
	switch {
	case err != nil:
		b.wrong(fmt.Sprintf("%q can't be read: %v", name, errors.Unwrap(err)), "put the tariff's file beside the site file", here...)
		return nil, ""
	case len(data) > tariffMaxBytes:
		b.wrong(fmt.Sprintf("%q has more than %d bytes", name, tariffMaxBytes), "leave out rules that are over", here...)
		return nil, ""
	}
	loaded, warnings, err := parseTariff(filepath.Join(filepath.Dir(b.filename), name), data)
	var problems tomlfile.Problems
	if errors.As(err, &problems) {
		b.problems = append(b.problems, problems...)
		return nil, ""
	}
	for _, warning := range warnings {
		b.site.Warnings = append(b.site.Warnings, warning.Error())
	}
	b.tenders(name, loaded)
	cfg := b.site.Lot
	if cfg.Currency != "" && loaded.Currency != cfg.Currency {
		b.wrong(fmt.Sprintf("the tariff is in %s, the location in %s", loaded.Currency, cfg.Currency), "write the same currency in both", here...)
	}
	if cfg.Zone != nil && loaded.Zone.String() != cfg.Zone.String() {
		b.wrong(fmt.Sprintf("the tariff is in zone %s, the location in %s", loaded.Zone, cfg.Zone), "write the same zone in both", here...)
	}
	b.site.tariffs = append(b.site.tariffs, data)
	return loaded, string(data)
}

// tenders warns of what depends on how is paid, and never counts at a lot.
func (b *builder) tenders(name string, t *tariff.Tariff) {
	warn := func(format string, words ...any) {
		b.site.Warnings = append(b.site.Warnings, name+": warning: "+fmt.Sprintf(format, words...))
	}
	for i := range t.Extras {
		if e := &t.Extras[i]; e.Tender != "" {
			warn("extra %q is due only by tender %q: a lot prices a stay before anybody pays, and never asks it; put it into the price", e.ID, e.Tender)
		}
	}
	for i := range t.Tenders {
		var method fact.PaymentMethod
		if err := method.UnmarshalText([]byte(t.Tenders[i].ID)); err != nil || method == fact.MethodUnknown {
			warn("nothing is paid at a lot by tender %q; write cash, credit_card or mobile_pay", t.Tenders[i].ID)
		}
	}
}

// parseTariff reads a document, TOML or JSON.
func parseTariff(name string, data []byte) (*tariff.Tariff, tomlfile.Problems, error) {
	parse := func() (*tariff.Tariff, tomlfile.Problems, error) { return tariffdoc.Parse(name, data) }
	if strings.HasPrefix(strings.TrimSpace(string(data)), "{") {
		parse = func() (*tariff.Tariff, tomlfile.Problems, error) { return tariffdoc.ParseJSON(name, data) }
	}
	loaded, warnings, err := parse()
	if err == nil && loaded.SuspectMaxMinor == 0 {
		loaded.SuspectMaxMinor = dearestDay(loaded)
	}
	return loaded, warnings, err
}

// dearestDay is the most that 24 hours cost: a doubtful stay costs no more, where the tariff does not say. The days are
// those of some week, entered on the hour.
func dearestDay(t *tariff.Tariff) int64 {
	mostMinor := int64(0)
	monday := time.Date(2026, time.March, 2, 0, 0, 0, 0, t.Zone)
	for _, kind := range append(fact.SpotTypes(), fact.AnyType) {
		for hour := range 7 * 24 {
			entryMS := monday.Add(time.Duration(hour) * time.Hour).UnixMilli()
			fee := tariff.Quote(t, tariff.Stay{EntryMS: entryMS, ExitMS: entryMS + 24*hourMS, SpotType: kind})
			mostMinor = max(mostMinor, fee.TotalMinor)
		}
	}
	return min(mostMinor, tariff.PriceMaxMinor)
}

// inline is the text of a tariff that the site file holds itself: what is needed to make it again from the log.
type inline struct {
	PricingRules tariffTable
	Name         string
	Zone         string
	Currency     fact.Currency
}

// inlinePrefix is how that text begins.
const inlinePrefix = `{"PricingRules":`

func (b *builder) inlineText() string {
	cfg := b.site.Lot
	if cfg.Zone == nil {
		return "" // a problem of its own
	}
	text, err := json.Marshal(inline{b.file.Tariff, cfg.Name, cfg.Zone.String(), cfg.Currency})
	if err != nil {
		panic(err) // texts and numbers
	}
	if len(text) > tariffMaxBytes {
		b.wrong(fmt.Sprintf("the rules have more than %d bytes", tariffMaxBytes), "leave out rules that are over", "tariff")
	}
	return string(text)
}

// ReadTariff makes a tariff of a text that a lot recorded: a tariff document, or what Parse made of a site file's own
// rules.
func ReadTariff(text string) (*tariff.Tariff, error) {
	if !strings.HasPrefix(text, inlinePrefix) {
		loaded, _, err := parseTariff("tariff.toml", []byte(text))
		return loaded, err
	}
	var in inline
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		return nil, fmt.Errorf("site: recorded tariff: %w", err)
	}
	zone, err := time.LoadLocation(in.Zone)
	if err != nil {
		return nil, fmt.Errorf("site: recorded tariff: %w", err)
	}
	document, err := tomlfile.Parse("tariff", nil)
	if err != nil {
		return nil, err
	}
	b := &builder{document: document, site: &Site{Lot: &lot.Config{Name: in.Name, Zone: zone, Currency: in.Currency}}}
	b.file.Tariff = in.PricingRules
	made := b.tariff()
	return made, b.problems.Err()
}
