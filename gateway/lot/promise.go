package lot

import (
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

// promise is one version of the tariff, as the log has it. It is kept for as long as a ticket needs it.
type promise struct {
	Version string `cbor:"1,keyasint,omitempty"`
	Text    string `cbor:"2,keyasint,omitempty"`
	Parts   int64  `cbor:"3,keyasint,omitempty"` // of the text that have come
	AtMS    int64  `cbor:"4,keyasint,omitempty"` // when it was activated; 0: its text is not whole yet
}

// tariffs are the versions of the tariff that somebody needs, by their digests.
type tariffs struct {
	promises map[string]*promise       // remembered over a restart
	uses     map[string]int            // by how many tickets in memory
	read     map[string]*tariff.Tariff // made of promises; nil: it can't be read
	current  TariffVersion             // that entries promise
	switchMS int64                     // wall time at which another one will be
}

func newTariffs(cfg *Config) tariffs {
	return tariffs{
		promises: map[string]*promise{}, uses: map[string]int{}, read: map[string]*tariff.Tariff{}, switchMS: never,
		current: TariffVersion{Tariff: cfg.Tariff, Text: cfg.TariffText, Digest: cfg.TariffDigest},
	}
}

// tariffPartBytes is how much of a text goes into one fact.
const tariffPartBytes = 1_000

// currentTariff has entries promise the version of today from here on. While the clock was never set they promise what they
// promised last.
func (l *Lot) currentTariff() {
	first := TariffVersion{Tariff: l.cfg.Tariff, Text: l.cfg.TariffText, Digest: l.cfg.TariffDigest}
	l.tariffs.current, l.tariffs.switchMS = first, never
	for _, next := range l.cfg.NextTariffs {
		startsMS := l.cfg.DayStartMS(next.Tariff.ValidFrom)
		if l.now.Trust == fact.ClockUnset && next.Digest == l.meta.Tariff || l.now.Trust != fact.ClockUnset && startsMS <= l.now.WallMS {
			l.tariffs.current = next
		} else if l.now.Trust != fact.ClockUnset {
			l.tariffs.switchMS = min(l.tariffs.switchMS, startsMS)
		}
	}
	l.promiseTariff()
}

// DayStartMS is when a civil day begins at the location.
func (c *Config) DayStartMS(day tariff.Date) int64 {
	year, month, date := time.UnixMilli(int64(day) * dayMS).UTC().Date()
	return time.Date(year, month, date, 0, 0, 0, 0, c.Zone).UnixMilli()
}

// promiseTariff writes the current tariff into the log, unless it is the one that entries promise already.
func (l *Lot) promiseTariff() {
	if l.tariffs.current.Text == "" || l.meta.Tariff == l.tariffs.current.Digest {
		return
	}
	parts := int64(0)
	for rest := l.tariffs.current.Text; rest != ""; parts++ {
		end := min(len(rest), tariffPartBytes)
		for end < len(rest) && !utf8.RuneStart(rest[end]) {
			end--
		}
		l.emit(fact.TariffText{Digest: l.tariffs.current.Digest, Part: parts, Text: rest[:end]})
		rest = rest[end:]
	}
	l.emit(fact.TariffActivated{Version: l.tariffs.current.Tariff.Version, Digest: l.tariffs.current.Digest, Parts: parts})
}

func (l *Lot) applyTariff(r fact.Record) bool {
	switch f := r.Fact.(type) {
	case fact.TariffText:
		p := l.tariffs.promises[f.Digest]
		if p == nil || f.Part == 0 {
			p = &promise{}
			l.tariffs.promises[f.Digest] = p
		}
		if f.Part == p.Parts {
			p.Text += f.Text
			p.Parts++
		}
		l.dirty.add(TableTariffs, f.Digest)
	case fact.TariffActivated:
		p := l.tariffs.promises[f.Digest]
		if p == nil {
			p = &promise{}
			l.tariffs.promises[f.Digest] = p
		}
		p.Version, p.AtMS = f.Version, r.At.WallMS
		l.dirty.add(TableTariffs, f.Digest)
		before := l.meta.Tariff
		l.meta.Tariff = f.Digest
		l.forgetTariff(before)
	default:
		return false
	}
	return true
}

// forgetTariff drops a version that no ticket needs any more.
func (l *Lot) forgetTariff(digest string) {
	if digest == l.meta.Tariff || l.tariffs.uses[digest] > 0 || l.tariffs.promises[digest] == nil {
		return
	}
	delete(l.tariffs.promises, digest)
	delete(l.tariffs.read, digest)
	l.dirty.add(TableTariffs, digest)
}

// tariffOf is the tariff that prices a ticket: the one promised at its entry, or today's if that one says so.
func (l *Lot) tariffOf(t *Ticket) *tariff.Tariff {
	if promised := l.promisedTo(t); promised.VersionAt == tariff.VersionAtEntry || !t.Open() {
		return promised
	}
	return l.tariffs.current.Tariff
}

// promisedTo is the tariff promised at a ticket's entry. Where the log does not have it, or it can't be read any more, today's
// stands in, and an alert says so.
func (l *Lot) promisedTo(t *Ticket) *tariff.Tariff {
	digest := t.TariffDigest
	if digest == "" || digest == l.tariffs.current.Digest || l.cfg.ReadTariff == nil {
		return l.tariffs.current.Tariff
	}
	if known, found := l.tariffs.read[digest]; found {
		if known == nil {
			return l.tariffs.current.Tariff
		}
		return known
	}
	l.tariffs.read[digest] = nil
	if p := l.tariffs.promises[digest]; p != nil {
		if read, err := l.cfg.ReadTariff(p.Text); err == nil {
			l.tariffs.read[digest] = read
			return read
		}
	}
	return l.tariffs.current.Tariff
}

// tariffAlerts tell of prices that are not those promised, or not those of today.
func (l *Lot) tariffAlerts() []Alert {
	var alerts []Alert
	for _, digest := range slices.Sorted(maps.Keys(l.tariffs.read)) {
		if l.tariffs.read[digest] == nil {
			version, _, _, _ := l.TariffText(digest)
			alerts = append(alerts, Alert{
				Code: "tariff_unreadable", Severity: Warning, Where: digest,
				What: fmt.Sprintf("The tariff %s that some tickets were promised can't be read any more; today's prices them.", version),
				Do:   "Look at the fees of vehicles that entered under it, and waive what is too much. Go back to the software before, or update it.",
			})
		}
	}
	if t, today := l.tariffs.current.Tariff, l.civil(l.now.WallMS)[:len("2006-01-02")]; l.now.Trust != fact.ClockUnset &&
		(t.ValidTo != 0 && today > t.ValidTo.String() || t.ValidFrom != 0 && today < t.ValidFrom.String()) {
		alerts = append(alerts, Alert{
			Code: "tariff_not_valid", Severity: Warning, Where: t.Version,
			What: "The tariff in force is not meant for today; entries are priced by it all the same.",
			Do:   "Put a tariff into force that is valid today, or take its dates out.",
		})
	}
	if c := &l.tariffs.current.Tariff.Calendar; c.KnownTo != 0 && l.now.Trust != fact.ClockUnset && l.civil(l.now.WallMS)[:len("2006-01-02")] > c.KnownTo.String() {
		alerts = append(alerts, Alert{
			Code: "holidays_unknown", Severity: Warning, Where: l.tariffs.current.Tariff.Version, What: "The tariff knows holidays until " + c.KnownTo.String() + " only: days since are priced as none.",
			Do: "List the holidays of this year in the tariff's extra_holidays.",
		})
	}
	return alerts
}

// Tariffs are the digests of the versions that tickets still need, in order.
func (l *Lot) Tariffs() []string { return slices.Sorted(maps.Keys(l.tariffs.promises)) }

// TariffText is the text of a version, and when entries began to promise it.
func (l *Lot) TariffText(digest string) (version, text string, sinceMS int64, found bool) {
	if p := l.tariffs.promises[digest]; p != nil {
		return p.Version, p.Text, p.AtMS, true
	}
	return "", "", 0, false
}
