package remote

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gatehouse/gateway/lot"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

// errNotHere says that this version can't put a kind of document into effect.
var errNotHere = errors.New("remote: this version takes no documents of this kind from headquarters; update the gateway")

// errTooEarly says that a document must wait for another one.
var errTooEarly = errors.New("remote: what was sold before must be here first")

// usable says why a document can't be put into effect, and before when it must not be; 0: it may at any time.
func (r *Remote) usable(ctx context.Context, d *policy.Document) (notBeforeMS int64, err error) {
	switch d.Kind {
	case policy.Passes:
		_, err = passesOf(d.Content)
	case policy.Blocklist:
		_, err = platesOf(d.Content)
	case policy.Validations:
		err = r.checkValidations(ctx, d.Content)
	case policy.Trust:
		var keys policy.Keys
		if keys, err = policy.ParseTrust(d.Content); err == nil && !keys.Has(d.Signature.Key) {
			err = errors.New("remote: the key that signed the list is not on it; headquarters would be heard no more")
		}
	case policy.Lending:
		err = r.checkLending(ctx, d.Content)
	case policy.Sales:
		_, err = salesOf(d.Content)
	case policy.Tariff, policy.Settings:
		return r.options.Site.Check(d.Kind, d.Content)
	default:
		err = fmt.Errorf("%w: %s", errNotHere, d.Kind)
	}
	return 0, err
}

// apply has the lot go by a content; nil: by what it has of its own.
func (r *Remote) apply(ctx context.Context, kind policy.Kind, content []byte) error {
	held := r.kept.Get(kind)
	actor := clip("headquarters: " + held.Current.Actor)
	switch kind {
	case policy.Passes:
		passes, err := passesOf(content)
		if err != nil {
			return err
		}
		return r.submit(ctx, lot.SetPasses{Actor: actor, Passes: passes})
	case policy.Blocklist:
		plates, err := platesOf(content)
		if err != nil {
			return err
		}
		return r.submit(ctx, lot.SetBlocked{Plates: plates})
	case policy.Validations:
		validations, err := validationsOf(content)
		if err != nil {
			return err
		}
		return r.submit(ctx, lot.SetValidations{Validations: validations})
	case policy.Trust:
		return r.trust(ctx)
	case policy.Lending:
		lent, err := lendingOf(content)
		if err != nil {
			return err
		}
		r.askedMS = -askEveryMS // what is closed is asked for at once
		return r.submit(ctx, lot.SetLent{Actor: actor, Types: lent.Types})
	case policy.Sales:
		return r.tellSales(ctx, actor, content)
	case policy.Tariff, policy.Settings:
		return r.options.Site.Apply(ctx, kind, content)
	}
	return errNotHere
}

// submit gives the lot an event that it may refuse.
func (r *Remote) submit(ctx context.Context, event lot.Event) error {
	result, err := r.options.Lot.Submit(ctx, event)
	if err == nil && result.Problem != nil {
		err = fmt.Errorf("remote: %s; %s", result.Problem.Message, result.Problem.Hint)
	}
	return err
}

// checkLending says why the location can't lend what it is asked for.
func (r *Remote) checkLending(ctx context.Context, content []byte) error {
	lent, err := lendingOf(content)
	if err != nil {
		return err
	}
	if have := r.serial(); have < lent.After {
		return fmt.Errorf("%w: list %d, and %d is here", errTooEarly, lent.After, have)
	}
	return r.submit(ctx, lot.SetLent{Types: lent.Types, Try: true})
}

// serial is of the list of sales that is in effect.
func (r *Remote) serial() uint64 {
	held := r.kept.Get(policy.Sales)
	list, err := salesOf(held.Current.Content)
	if err != nil {
		return 0
	}
	return list.Serial
}

// lends reports whether headquarters has any rights of this location.
func (r *Remote) lends() bool {
	held := r.kept.Get(policy.Lending)
	lent, err := lendingOf(held.Current.Content)
	return err == nil && len(lent.Types) > 0
}

const (
	// salesAtOnce is how many sales go into one step of the lot: each is a fact or two.
	salesAtOnce = 100
	// askEveryMS is how often headquarters is asked what it sells no more: well within the time between the end of a lease
	// and that at which the location may use what is left of it.
	askEveryMS = 5 * 60_000
)

func (r *Remote) tellSales(ctx context.Context, actor string, content []byte) error {
	list, err := salesOf(content)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(list.Sales, salesAtOnce) {
		if err := r.submit(ctx, lot.TakeSales{Actor: actor, Sales: some}); err != nil {
			return err
		}
	}
	return nil
}

// closed takes headquarters' word that it sells no more of a time, if everything that it has sold of that is here.
func (r *Remote) closed(ctx context.Context, m *wire.SalesClosed) {
	if m.Location != r.options.Location || m.Serial != r.serial() {
		return // it is asked again
	}
	err := m.Verify(r.desk.Keys)
	if err == nil {
		err = r.submit(ctx, lot.CloseSales{ThroughMS: m.ThroughMS})
	}
	if err != nil {
		r.log.Warn("remote: that nothing more is sold is not believed", "err", err)
	}
}
