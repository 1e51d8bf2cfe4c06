package app

import (
	"context"
	"errors"
	"path/filepath"

	"gatehouse/gateway/lot"
	"gatehouse/gateway/remote"
	"gatehouse/gateway/site"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
)

// newRemote makes what takes headquarters' documents and technicians' edits, and has the site be as they say before the lot
// is made of it: a restart must promise no vehicle yesterday's price.
func (a *App) newRemote() {
	o := &a.options
	a.file = o.Site.Site
	a.remote = remote.New(remote.Options{
		Location: o.Site.Lot.Location, Dir: filepath.Join(o.DataDir, "sync"), Lot: a, Site: a, Now: a.stampNow, Logger: o.Log,
		Trusted: a.relink, Restart: func() { a.endRun(errRestart) },
	})
	made, err := a.siteOf(a.remote.Content(policy.Settings), a.remote.Content(policy.Tariff))
	if err != nil {
		o.Log.Error("what headquarters released can't be used any more; the site file counts", "err", err)
		made = a.file
	}
	o.Site.Site = made
	a.sync.site = made.Sync
}

// greetKeys has vouchers be honoured from the first moment, without any network.
func (a *App) greetKeys() {
	if who, err := a.identity(); err == nil && who != nil {
		a.remote.Connect(who.Keys(), nil)
	}
	if keys := a.remote.Keys(); len(keys) > 0 {
		a.owner.step(lot.TrustKeys{Keys: keys}, nil)
	}
}

// siteOf is the site with texts in place of some of its file; nil: with none.
func (a *App) siteOf(settings, tariff []byte) (made *site.Site, err error) {
	made = a.file
	if settings != nil {
		if made, err = made.Override(settings); err != nil {
			return nil, err
		}
	}
	if tariff != nil {
		made, _, err = made.WithTariff(tariff)
	}
	return made, err
}

var errKind = errors.New("app: a site has nothing of this kind")

// Check is remote.Site's. A tariff says itself from which day on it is valid.
func (a *App) Check(kind policy.Kind, text []byte) (notBeforeMS int64, err error) {
	switch kind {
	case policy.Settings:
		_, err = a.siteOf(text, nil)
	case policy.Tariff:
		made, err := a.siteOf(nil, text)
		if err != nil || made.Lot.Tariff.ValidFrom == 0 {
			return 0, err
		}
		return made.Lot.DayStartMS(made.Lot.Tariff.ValidFrom), nil
	default:
		err = errKind
	}
	return 0, err
}

// Apply is remote.Site's.
func (a *App) Apply(ctx context.Context, kind policy.Kind, text []byte) error {
	switch kind {
	case policy.Settings:
		return a.applySettings(ctx, text)
	case policy.Tariff:
		return a.applyTariff(ctx, text)
	}
	return errKind
}

func (a *App) applyTariff(ctx context.Context, text []byte) error {
	made, warnings, err := a.file, []string(nil), error(nil)
	if text != nil {
		made, warnings, err = a.file.WithTariff(text)
	}
	if err != nil {
		return err
	}
	for _, warning := range warnings {
		a.options.Log.Warn("tariff of headquarters", "warning", warning)
	}
	cfg := made.Lot
	_, err = a.Submit(ctx, lot.SetTariff{
		TariffVersion: lot.TariffVersion{Tariff: cfg.Tariff, Text: cfg.TariffText, Digest: cfg.TariffDigest}, Next: cfg.NextTariffs,
	})
	return err
}

func (a *App) applySettings(ctx context.Context, text []byte) error {
	made, err := a.siteOf(text, nil)
	if err != nil {
		return err
	}
	if _, err := a.Submit(ctx, lot.SetPolicy{Name: made.Lot.Name, Policy: made.Lot.Policy, Booking: made.Lot.Booking}); err != nil {
		return err
	}
	if a.sync.resettle(made.Sync) {
		a.relink()
	}
	return nil
}

// relink has headquarters count as lost until it has answered by what is set, or trusted, now.
func (a *App) relink() { a.sync.anew() }

// Shelf is what headquarters and technicians said that is in effect, or waits.
func (a *App) Shelf() policy.Shelf { return a.remote.Shelf() }

// EditPolicy is a technician's edit on site; nil takes it back. Its error says why it can't be used.
func (a *App) EditPolicy(ctx context.Context, kind policy.Kind, actor, reason string, content []byte) error {
	return a.remote.Edit(ctx, kind, actor, reason, content)
}

// synced reports whether headquarters answers.
func (a *App) synced() bool {
	link, _, _ := a.sync.state()
	return link != nil && link.Status().Synced
}

// stampNow is the lot's clock, for what is no fact. Its HLC is that of the wall time.
func (a *App) stampNow() fact.Stamp {
	now := a.options.Clock.read()
	return fact.Stamp{WallMS: now.wallMS, MonoMS: now.monoMS, Boot: uint64(a.info.Incarnation), HLC: uint64(max(0, now.wallMS)) << 16, Trust: now.trust}
}

// errRestart ends a run because headquarters asked for it: whoever started the gateway starts it again.
var errRestart = errors.New("app: headquarters asked for a restart")

// endRun ends this run with an error, so that the next begins.
func (a *App) endRun(err error) {
	select {
	case a.owner.ends <- err:
	default:
	}
}
