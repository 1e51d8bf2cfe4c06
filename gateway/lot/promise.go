package lot

import (
	"maps"
	"slices"
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

// tariffPartBytes is how much of a text goes into one fact.
const tariffPartBytes = 1_000

// promiseTariff writes the tariff of the configuration into the log, unless it is the one that entries promise already.
func (l *Lot) promiseTariff() {
	cfg := l.cfg
	if cfg.TariffText == "" || l.meta.Tariff == cfg.TariffDigest {
		return
	}
	parts := int64(0)
	for rest := cfg.TariffText; rest != ""; parts++ {
		end := min(len(rest), tariffPartBytes)
		for end < len(rest) && !utf8.RuneStart(rest[end]) {
			end--
		}
		l.emit(fact.TariffText{Digest: cfg.TariffDigest, Part: parts, Text: rest[:end]})
		rest = rest[end:]
	}
	l.emit(fact.TariffActivated{Version: cfg.Tariff.Version, Digest: cfg.TariffDigest, Parts: parts})
}

func (l *Lot) applyTariff(r fact.Record) bool {
	switch f := r.Fact.(type) {
	case fact.TariffText:
		p := l.promises[f.Digest]
		if p == nil || f.Part == 0 {
			p = &promise{}
			l.promises[f.Digest] = p
		}
		if f.Part == p.Parts {
			p.Text += f.Text
			p.Parts++
		}
		l.dirty.add(TableTariffs, f.Digest)
	case fact.TariffActivated:
		p := l.promises[f.Digest]
		if p == nil {
			p = &promise{}
			l.promises[f.Digest] = p
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
	if digest == l.meta.Tariff || l.promises[digest] == nil {
		return
	}
	for _, t := range l.open {
		if t.TariffDigest == digest {
			return
		}
	}
	for _, t := range l.closed {
		if t != nil && t.TariffDigest == digest {
			return
		}
	}
	delete(l.promises, digest)
	delete(l.versions, digest)
	l.dirty.add(TableTariffs, digest)
}

// tariffOf is the tariff that prices a ticket: the one promised at its entry, or today's if that one says so.
func (l *Lot) tariffOf(t *Ticket) *tariff.Tariff {
	if promised := l.promisedTo(t); promised.VersionAt == tariff.VersionAtEntry || !t.Open() {
		return promised
	}
	return l.cfg.Tariff
}

// promisedTo is the tariff promised at a ticket's entry. Where the log does not have it, today's stands in.
func (l *Lot) promisedTo(t *Ticket) *tariff.Tariff {
	digest := t.TariffDigest
	if digest == "" || digest == l.cfg.TariffDigest || l.cfg.ReadTariff == nil {
		return l.cfg.Tariff
	}
	if known, found := l.versions[digest]; found {
		return known
	}
	made := l.cfg.Tariff
	if p := l.promises[digest]; p != nil {
		if read, err := l.cfg.ReadTariff(p.Text); err == nil {
			made = read
		}
	}
	l.versions[digest] = made
	return made
}

// Tariffs are the digests of the versions that tickets still need, in order.
func (l *Lot) Tariffs() []string { return slices.Sorted(maps.Keys(l.promises)) }

// TariffText is the text of a version, and when entries began to promise it.
func (l *Lot) TariffText(digest string) (version, text string, sinceMS int64, found bool) {
	if p := l.promises[digest]; p != nil {
		return p.Version, p.Text, p.AtMS, true
	}
	return "", "", 0, false
}
