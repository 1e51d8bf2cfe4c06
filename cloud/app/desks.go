package app

import (
	"context"

	"gatehouse/cloud/api"
	"gatehouse/cloud/sales"
	"gatehouse/cloud/steer"
	"gatehouse/cloud/web"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

// openDesks makes what speaks to people, and for them to gateways.
func (a *App) openDesks(ctx context.Context) (err error) {
	o := a.options
	a.desk, err = steer.Open(ctx, steer.Options{
		Documents: a.store, Signers: a, Send: a.sendIfUp, Now: o.Now, Shared: o.Postgres != "", Log: o.Log,
	})
	if err != nil {
		return err
	}
	a.office, err = sales.Open(ctx, sales.Options{
		Documents: a.store, Signers: a, Lent: a.desk.Lent, Now: o.Now, Epoch: a.store.Epoch(),
		Heard: func(location fact.LocationID) uint64 { return a.desk.Heard(location).Serial },
		Deliver: func(ctx context.Context, location fact.LocationID, list []byte) error {
			_, err := a.desk.Publish(ctx, location, policy.Sales, "headquarters", list)
			return err
		},
	})
	if err != nil {
		return err
	}
	a.api = api.New(api.Options{
		Chain: o.Chain, Version: o.Version, Store: a.store, Registry: a.registry, Desk: a.desk, Office: a.office, See: a.Chain, Link: a.Link,
		Changes: a.changes.listen, Changed: a.changes.tell, SetLocation: a.SetLocation, Settle: a.Settle, Verify: a.Verify,
		Signing: a.Signing, ChangeKey: a.ChangeKey, EndKeyChange: a.EndKeyChange, Checks: a.Checks, Measures: a.measures, Tokens: o.Tokens, PublicFeeds: o.PublicFeeds,
		Open: o.Open, Now: o.Now, Logger: o.Log,
	})
	a.api.Mount(web.New(web.Options{State: a.api.State, Role: a.api.Role, Stream: a.api.Stream, Location: a.api.LocationState, Ask: a.api.Ask, Logger: o.Log}))
	return a.api.Refresh(ctx)
}

// sendIfUp is Send, and nothing before Start.
func (a *App) sendIfUp(ctx context.Context, location fact.LocationID, m wire.Message) error {
	if a.client == nil {
		return nil // the gateway asks for what it lacks when it connects
	}
	return a.Send(ctx, location, m)
}

// hear takes messages other than facts and live ones.
func (a *App) hear(location fact.LocationID, m wire.Message) {
	a.desk.Hear(a.background, location, m)
	if _, wanted := m.(*wire.Wanted); wanted {
		a.closeSales(location)
	}
	a.changes.tell()
	if a.others != nil {
		a.others(location, m)
	}
}

// closeSales tells a location until when nothing more is sold of what it lent. It asks again if the word is lost.
func (a *App) closeSales(location fact.LocationID) {
	closed, err := a.office.Close(a.background, location)
	if err == nil && closed != nil {
		err = a.sendIfUp(a.background, location, closed)
	}
	if err != nil && a.background.Err() == nil {
		a.options.Log.Warn("a location does not hear that sales are closed; it asks again", "location", location, "err", err)
	}
}

// desksEvery is how many looks are between two refreshes of what the API holds in memory.
const desksEvery = 10

// tendDesks moves what takes its time on.
func (a *App) tendDesks(look int64) {
	if err := a.desk.Tick(a.background); err != nil && a.background.Err() == nil {
		a.options.Log.Warn("rollouts are not up to date", "err", err)
	}
	if look%desksEvery == 0 {
		if err := a.tendKeys(a.background); err != nil && a.background.Err() == nil {
			a.options.Log.Error("the change of the signing key does not go on", "err", err)
		}
		if err := a.api.Refresh(a.background); err != nil && a.background.Err() == nil {
			a.options.Log.Warn("the API is not up to date", "err", err)
		}
	}
}
