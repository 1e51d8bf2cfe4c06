package sales

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"gatehouse/cloud/documents"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

const (
	kindSales = "sales"
	keySales  = "all"
)

// Errors of a sale.
var (
	ErrNoRights = errors.New("sales: the location has lent no right that is left for all of this time")
	ErrWindow   = errors.New("sales: this time can't be sold")
	ErrUnknown  = errors.New("sales: headquarters has sold no such reservation")
	ErrOver     = errors.New("sales: this reservation has begun or was cancelled")
	ErrKey      = errors.New("sales: this key is that of another sale")
	ErrBusy     = errors.New("sales: others sell at this location in the same moment; try again")
)

// Limits of what is sold.
const (
	windowMax   = 31 * 24 * time.Hour
	aheadMax    = 366 * 24 * time.Hour
	standingMax = 6_000 // sales of one location that are not over: their document has a largest size
	attempts    = 8
)

// Options are what an Office is made of.
type Options struct {
	Documents documents.Store
	Signers   policy.Signers
	// Lent is what the location has lent: the allotment that is in effect there, and nothing beyond the newest one.
	Lent func(fact.LocationID) policy.Allotment
	// Heard is the serial of the list of sales that the location said last is in effect there; nil: it hears at once.
	Heard func(fact.LocationID) uint64
	// Epoch is of the store: another one than before means that the store was restored, and sales may have been forgotten.
	Epoch fact.Incarnation
	// Deliver sends the sales of a location down.
	Deliver func(ctx context.Context, location fact.LocationID, list []byte) error
	Now     func() time.Time
}

// Office sells. It is safe for use by many goroutines.
type Office struct {
	options Options

	mu    sync.Mutex
	books map[fact.LocationID]*book
	where map[fact.ReservationID]fact.LocationID
}

// book is what is kept of one location.
type book struct {
	Incarnation fact.Incarnation  `cbor:"1,keyasint"` // that the dots of its sales are of
	Seq         uint64            `cbor:"2,keyasint"`
	Sales       []policy.Sale     `cbor:"3,keyasint"`           // in the order of their first dots
	Keys        []key             `cbor:"4,keyasint"`           // of the sales, by their places
	Serial      uint64            `cbor:"5,keyasint,omitempty"` // of the newest change: it rises, over a restored store too
	Given       []given           `cbor:"6,keyasint,omitempty"`
	ClosedMS    int64             `cbor:"7,keyasint,omitempty"` // nothing that begins before is sold any more
	Asked       []policy.Allotted `cbor:"8,keyasint,omitempty"` // the rights that were asked for last
	IsAsked     bool              `cbor:"9,keyasint,omitempty"`
	Epoch       fact.Incarnation  `cbor:"10,keyasint,omitempty"`
	revision    int64
}

// key names the request that made a sale.
type key struct {
	Key string `cbor:"1,keyasint,omitempty"`
}

// given is what a cancelled or changed sale gave back. Until the location has heard of it, a gate would honour the voucher:
// so long the right is not sold again.
type given struct {
	SpotType fact.SpotType `cbor:"1,keyasint,omitempty"`
	StartMS  int64         `cbor:"2,keyasint"`
	EndMS    int64         `cbor:"3,keyasint"`
	Right    uint32        `cbor:"4,keyasint,omitempty"`
	Serial   uint64        `cbor:"5,keyasint"` // of the list that says so
}

// Wish is what is to be reserved.
type Wish struct {
	Key          string // of the request; "": none
	Location     fact.LocationID
	User         fact.UserID
	SpotType     fact.SpotType
	Plate        fact.Plate
	StartMS      int64
	EndMS        int64
	PrepaidMinor int64
}

// Sold is a sale at its location with its voucher.
type Sold struct {
	Location fact.LocationID
	policy.Sale
	Voucher string // the text of the QR code; "": it was cancelled
}

// Open reads what was sold.
func Open(ctx context.Context, o Options) (*Office, error) {
	f := &Office{options: o}
	return f, f.refresh(ctx)
}

func (f *Office) refresh(ctx context.Context) error {
	books, where := map[fact.LocationID]*book{}, map[fact.ReservationID]fact.LocationID{}
	err := f.options.Documents.EachDocument(ctx, kindSales, func(location, _ string, revision int64, value []byte) error {
		b := &book{}
		if err := wire.Unmarshal(value, b); err != nil {
			return fmt.Errorf("sales: %s: %w", location, err)
		}
		b.revision = revision
		books[fact.LocationID(location)] = b
		for i := range b.Sales {
			where[b.Sales[i].Reservation] = fact.LocationID(location)
		}
		return nil
	})
	if err != nil {
		return err
	}
	f.books, f.where = books, where
	return nil
}

// change works on a copy of a location's book and writes it, anew if another program was faster.
func (f *Office) change(ctx context.Context, location fact.LocationID, work func(*book) (at int, err error)) (sold Sold, err error) {
	err = f.write(ctx, location, func(b *book) (bool, error) {
		seq, before := b.Seq, len(b.Sales)
		at, err := work(b)
		if err != nil {
			return false, err
		}
		changed := b.Seq != seq || len(b.Sales) != before || b.differs(f.books[location], at)
		if changed {
			b.Serial = max(b.Serial+1, uint64(f.options.Now().UnixMilli()))
			b.stampGiven()
		}
		sold, err = f.sold(location, &b.Sales[at])
		return changed, err
	})
	if err != nil {
		return Sold{}, err
	}
	return sold, nil
}

// write has work change a copy of a location's book, and keeps it if work says that it has.
func (f *Office) write(ctx context.Context, location fact.LocationID, work func(*book) (bool, error)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for range attempts {
		b := f.copyOf(location)
		changed, err := work(b)
		if err != nil || !changed {
			return err
		}
		value, err := wire.Marshal(b)
		if err != nil {
			return err
		}
		done, err := f.options.Documents.PutDocument(ctx, string(location), kindSales, keySales, b.revision, value)
		if err != nil {
			return fmt.Errorf("sales: %w", err)
		}
		if done {
			b.revision++
			f.books[location] = b
			for i := range b.Sales {
				f.where[b.Sales[i].Reservation] = location
			}
			return nil
		}
		if err := f.refresh(ctx); err != nil {
			return err
		}
	}
	return ErrBusy
}

func (b *book) differs(before *book, at int) bool {
	return before == nil || at >= len(before.Sales) || before.Sales[at] != b.Sales[at]
}

// copyOf is a book to work on, without what is over.
func (f *Office) copyOf(location fact.LocationID) *book {
	b := &book{}
	if old := f.books[location]; old != nil {
		*b = *old
		b.Sales, b.Keys, b.Given = slices.Clone(old.Sales), slices.Clone(old.Keys), slices.Clone(old.Given)
	}
	if b.Incarnation == 0 || b.Epoch != f.options.Epoch { // what a restored store has forgotten keeps its names
		var random [2]byte
		_, _ = rand.Read(random[:]) // it never fails
		b.Incarnation, b.Seq = fact.NewIncarnation(f.options.Now().UnixMilli(), binary.BigEndian.Uint16(random[:])), 0
		b.Epoch = f.options.Epoch
	}
	return b
}

// give notes what a sale gives back.
func (b *book) give(s *policy.Sale) {
	b.Given = append(b.Given, given{SpotType: s.SpotType, StartMS: s.StartMS, EndMS: s.EndMS, Right: s.Right})
}

// stampGiven names the list that says what was given back just now.
func (b *book) stampGiven() {
	for i := range b.Given {
		if b.Given[i].Serial == 0 {
			b.Given[i].Serial = b.Serial
		}
	}
}

// heard is what a location knows of its sales.
func (f *Office) heard(location fact.LocationID) uint64 {
	if f.options.Heard == nil {
		return math.MaxUint64
	}
	return f.options.Heard(location)
}

// prune drops what is over for a day, so that the list stays as small as what is ahead, and what the location has heard to
// be given back.
func (b *book) prune(nowMS int64, heard uint64) {
	const keptMS = 24 * 60 * 60_000
	sales, keys := b.Sales[:0], b.Keys[:0]
	for i := range b.Sales {
		if b.Sales[i].EndMS+keptMS > nowMS {
			sales, keys = append(sales, b.Sales[i]), append(keys, b.Keys[i])
		}
	}
	b.Sales, b.Keys = sales, keys
	b.Given = slices.DeleteFunc(b.Given, func(g given) bool { return g.EndMS <= nowMS || g.Serial != 0 && g.Serial <= heard })
}

// Sell makes a sale durable, and sends it down. ErrNoRights and ErrWindow say that there is none.
func (f *Office) Sell(ctx context.Context, w Wish) (Sold, error) {
	nowMS := f.options.Now().UnixMilli()
	if err := w.check(nowMS); err != nil {
		return Sold{}, err
	}
	lent, heard := f.options.Lent(w.Location), f.heard(w.Location)
	sold, err := f.change(ctx, w.Location, func(b *book) (int, error) {
		if at := slices.IndexFunc(b.Keys, func(k key) bool { return w.Key != "" && k.Key == w.Key }); at >= 0 {
			if s := &b.Sales[at]; s.User != w.User {
				return 0, ErrKey
			}
			return at, nil
		}
		b.prune(nowMS, heard)
		if len(b.Sales) >= standingMax {
			return 0, fmt.Errorf("%w: %d reservations of this location stand already", ErrNoRights, standingMax)
		}
		right, err := b.right(lent, w, "", nowMS)
		if err != nil {
			return 0, err
		}
		b.Seq++
		dot := fact.Dot{Incarnation: b.Incarnation, Seq: b.Seq}
		b.Sales = append(b.Sales, policy.Sale{
			Reservation: fact.ReservationID(dot.ID('R')), Dot: dot, User: w.User, Plate: w.Plate, SpotType: w.SpotType, StartMS: w.StartMS, EndMS: w.EndMS,
			Right: right, PrepaidMinor: w.PrepaidMinor,
		})
		b.Keys = append(b.Keys, key{w.Key})
		return len(b.Sales) - 1, nil
	})
	if err != nil {
		return Sold{}, err
	}
	return sold, f.Deliver(ctx, w.Location)
}

func (w *Wish) check(nowMS int64) error {
	switch {
	case w.EndMS <= w.StartMS:
		return fmt.Errorf("%w: it ends before it starts", ErrWindow)
	case w.EndMS-w.StartMS > windowMax.Milliseconds():
		return fmt.Errorf("%w: it is longer than 31 days", ErrWindow)
	case w.StartMS-nowMS > aheadMax.Milliseconds():
		return fmt.Errorf("%w: it begins in more than a year", ErrWindow)
	case w.StartMS-nowMS <= policy.LeaseExpiresMS:
		return fmt.Errorf("%w: headquarters sells until 45 minutes before the start; later ones are for the location itself", ErrWindow)
	}
	return nil
}

// Edit sells another window, type or plate in place of what was sold, or leaves that whole. The voucher is a new one.
func (f *Office) Edit(ctx context.Context, id fact.ReservationID, w Wish) (Sold, error) {
	location, found := f.find(ctx, id)
	if !found {
		return Sold{}, ErrUnknown
	}
	nowMS := f.options.Now().UnixMilli()
	if err := w.check(nowMS); err != nil {
		return Sold{}, err
	}
	lent, heard := f.options.Lent(location), f.heard(location)
	sold, err := f.change(ctx, location, func(b *book) (int, error) {
		at := b.at(id)
		if at < 0 {
			return 0, ErrUnknown
		}
		s := &b.Sales[at]
		if s.Cancelled || s.StartMS <= nowMS || s.Edit == math.MaxUint16 {
			return 0, ErrOver
		}
		if s.SpotType == w.SpotType && s.Plate == w.Plate && s.StartMS == w.StartMS && s.EndMS == w.EndMS {
			return at, nil
		}
		b.prune(nowMS, heard)
		s = &b.Sales[b.at(id)]
		right, err := b.right(lent, w, id, nowMS)
		if err != nil {
			return 0, err
		}
		b.give(s)
		s.Edit++
		s.SpotType, s.Plate, s.StartMS, s.EndMS, s.Right = w.SpotType, w.Plate, w.StartMS, w.EndMS, right
		return b.at(id), nil
	})
	if err != nil {
		return Sold{}, err
	}
	return sold, f.Deliver(ctx, location)
}

// Cancel gives a sale's rights back, before it begins.
func (f *Office) Cancel(ctx context.Context, id fact.ReservationID) (Sold, error) {
	location, found := f.find(ctx, id)
	if !found {
		return Sold{}, ErrUnknown
	}
	nowMS := f.options.Now().UnixMilli()
	sold, err := f.change(ctx, location, func(b *book) (int, error) {
		at := b.at(id)
		switch {
		case at < 0:
			return 0, ErrUnknown
		case !b.Sales[at].Cancelled && b.Sales[at].StartMS <= nowMS:
			return 0, ErrOver
		}
		if !b.Sales[at].Cancelled {
			b.give(&b.Sales[at])
		}
		b.Sales[at].Cancelled = true
		return at, nil
	})
	if err != nil {
		return Sold{}, err
	}
	return sold, f.Deliver(ctx, location)
}

func (b *book) at(id fact.ReservationID) int {
	return slices.IndexFunc(b.Sales, func(s policy.Sale) bool { return s.Reservation == id })
}

// find is where a reservation was sold; what other programs sold is looked up.
func (f *Office) find(ctx context.Context, id fact.ReservationID) (fact.LocationID, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	location, found := f.where[id]
	if !found && f.refresh(ctx) == nil {
		location, found = f.where[id]
	}
	return location, found
}

// Find is a sale by its reservation.
func (f *Office) Find(ctx context.Context, id fact.ReservationID) (Sold, error) {
	location, found := f.find(ctx, id)
	if !found {
		return Sold{}, ErrUnknown
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	b := f.books[location]
	at := b.at(id)
	if at < 0 {
		return Sold{}, ErrUnknown
	}
	return f.sold(location, &b.Sales[at])
}

// Of are a user's sales, by their start.
func (f *Office) Of(user fact.UserID) ([]Sold, error) {
	return f.all(func(_ fact.LocationID, s *policy.Sale) bool { return s.User == user })
}

// At are a location's sales, by their start.
func (f *Office) At(location fact.LocationID) ([]Sold, error) {
	return f.all(func(at fact.LocationID, _ *policy.Sale) bool { return at == location })
}

func (f *Office) all(wanted func(fact.LocationID, *policy.Sale) bool) (all []Sold, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	// any order: sorted below
	for location, b := range f.books {
		for i := range b.Sales {
			if !wanted(location, &b.Sales[i]) {
				continue
			}
			sold, err := f.sold(location, &b.Sales[i])
			if err != nil {
				return nil, err
			}
			all = append(all, sold)
		}
	}
	slices.SortFunc(all, func(x, y Sold) int {
		return cmp.Or(cmp.Compare(x.StartMS, y.StartMS), cmp.Compare(x.Reservation, y.Reservation))
	})
	return all, nil
}

// sold signs a sale's voucher. Signing is deterministic: by one key it is the same text each time.
func (f *Office) sold(location fact.LocationID, s *policy.Sale) (Sold, error) {
	sold := Sold{Location: location, Sale: *s}
	if s.Cancelled {
		return sold, nil
	}
	v := policy.Voucher{
		Location: location, SpotType: s.SpotType, StartMS: s.StartMS, EndMS: s.EndMS, Right: s.Right,
		PlateHash: policy.HashPlate(location, s.Plate), Dot: s.Dot, Edit: s.Edit, PrepaidMinor: s.PrepaidMinor,
	}
	if err := v.Sign(f.options.Signers.SignerOf(v.Location)); err != nil {
		return Sold{}, fmt.Errorf("sales: %w", err)
	}
	sold.Voucher = v.Text()
	return sold, nil
}

// Deliver sends all sales of a location down that are not over.
func (f *Office) Deliver(ctx context.Context, location fact.LocationID) error {
	f.mu.Lock()
	list := policy.SalesList{}
	if b := f.books[location]; b != nil {
		b := f.copyOf(location)
		b.prune(f.options.Now().UnixMilli(), 0)
		list.Sales, list.Serial = b.Sales, b.Serial
	}
	f.mu.Unlock()
	content, err := wire.Marshal(list)
	if err != nil {
		return fmt.Errorf("sales: %w", err)
	}
	return f.options.Deliver(ctx, location, content)
}
