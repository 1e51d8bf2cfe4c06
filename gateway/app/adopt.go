package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"gatehouse/gateway/journal"
	"gatehouse/gateway/lot"
	"gatehouse/sync/durable"
	"gatehouse/sync/fact"
	"gatehouse/sync/uplink"
	"gatehouse/sync/wire"
)

// adoptMax is how long the first start of a new card waits for what headquarters has of its location. Somebody has just put
// the card in and looks; a lot that comes up empty would ask drivers for tickets that it doesn't know.
const adoptMax = 45 * time.Second

// adoption is what was adopted, or tried: a file beside the journal, as long as that lives.
type adoption struct {
	uplink.Adopted
	TriedAt time.Time `json:"triedAt"`
}

func (a *App) adoptionPath() string {
	return filepath.Join(a.options.DataDir, "sync", "adopted.json")
}

// adopted is what the location had on another card. Only the first start of a new card with an identity asks: one that has
// a journal has a past of its own.
func (a *App) adopted() (journal.Adopted, int64) {
	take := a.keptAdoption
	if a.isNew() {
		take = a.adopt
	}
	kept, err := take()
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		a.options.Log.Error("nothing is adopted from headquarters; the lot begins empty", "err", err)
		return journal.Adopted{}, 0
	}
	adopted := journal.Adopted{Parent: kept.Parent, ParentHash: [32]byte(kept.ParentHash)}
	for _, payload := range kept.Records {
		if record, err := wire.DecodeRecord(payload); err == nil { // what a newer gateway wrote, this one can't go by
			adopted.Records = append(adopted.Records, record)
		}
	}
	return adopted, kept.Inside
}

func (a *App) keptAdoption() (kept adoption, err error) {
	text, err := os.ReadFile(a.adoptionPath())
	if err == nil {
		err = json.Unmarshal(text, &kept)
	}
	return kept, err
}

// isNew reports whether this is the first start with this folder, of a gateway that headquarters knows.
func (a *App) isNew() bool {
	_, err := os.Stat(filepath.Join(a.options.DataDir, "journal"))
	return a.options.Site.Sync.Enabled && errors.Is(err, os.ErrNotExist)
}

func (a *App) adopt() (kept adoption, err error) {
	who, err := a.identity()
	if err != nil || who == nil {
		return kept, os.ErrNotExist // who isn't enrolled has nothing to adopt
	}
	// Headquarters would refuse it: no waiting helps.
	if now := a.stampNow(); now.Trust != fact.ClockUnset && now.WallMS > who.Expires().UnixMilli() {
		return kept, fmt.Errorf("%w (%s)", uplink.ErrExpired, who.Expires().UTC().Format(time.DateOnly))
	}
	options, err := a.linkOptions(who)
	if err != nil {
		return kept, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), adoptMax)
	defer cancel()
	a.options.Log.Info("a new card: asking headquarters what the location had", "broker", options.Broker, "at_most", adoptMax)
	if kept.Adopted, err = uplink.Adopt(ctx, options); err != nil {
		return kept, err
	}
	kept.TriedAt = time.Now().UTC()
	text, err := json.Marshal(kept)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(a.adoptionPath()), 0o700)
	}
	if err == nil {
		err = durable.Replace(a.adoptionPath(), text, 0o600)
	}
	if err != nil {
		return kept, fmt.Errorf("app: keep what was adopted: %w", err)
	}
	a.options.Log.Info("adopted from headquarters", "facts", len(kept.Records), "goes_on_from", kept.Parent.ID('#'))
	return kept, nil
}

// adoptCount has the lot count the vehicles inside as the card before did.
func (a *App) adoptCount(inside int64) {
	if inside > 0 {
		a.owner.step(lot.CorrectCount{Request: lot.Request{Actor: "headquarters"}, Inside: inside, Note: "adopted from the card before"}, nil)
	}
}

// first reports whether the journal has begun with what was adopted.
func first(report journal.Report, adopted journal.Adopted) bool {
	return adopted.Parent != (fact.Dot{}) && report.Parent == adopted.Parent
}
