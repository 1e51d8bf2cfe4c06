package sales

import (
	"context"
	"slices"

	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

// Ask makes the document by which headquarters asks a location for rights. Of what it asks for no more, nothing is sold from
// here on, and what was sold of it the location must have heard of before it takes them back.
func (f *Office) Ask(ctx context.Context, location fact.LocationID, types []policy.Allotted) (policy.Allotment, error) {
	asked := policy.Allotment{Types: types}
	err := f.write(ctx, location, func(b *book) (bool, error) {
		asked.After = b.Serial
		changed := !b.IsAsked || !slices.Equal(b.Asked, types)
		b.Asked, b.IsAsked = types, true
		return changed, nil
	})
	return asked, err
}

// Close ends the sale of what begins so soon that no more may be sold of it, and is the word of that for the location, which
// can then use what is left. It is nil for a location that lends nothing.
func (f *Office) Close(ctx context.Context, location fact.LocationID) (*wire.SalesClosed, error) {
	if len(f.options.Lent(location).Types) == 0 {
		return nil, nil
	}
	closed := &wire.SalesClosed{Location: location}
	err := f.write(ctx, location, func(b *book) (bool, error) {
		throughMS := quarterOf(f.options.Now().UnixMilli()+policy.LeaseExpiresMS) + policy.QuarterMS
		changed := throughMS > b.ClosedMS
		b.ClosedMS = max(b.ClosedMS, throughMS)
		closed.Serial, closed.ThroughMS = b.Serial, b.ClosedMS
		return changed, nil
	})
	if err != nil {
		return nil, err
	}
	return closed, closed.Sign(f.options.Signers.SignerOf(closed.Location))
}
