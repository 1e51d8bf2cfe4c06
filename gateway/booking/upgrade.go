package booking

import (
	"errors"
	"fmt"
	"slices"

	"gatehouse/sync/fact"
)

// ErrUpgrade is wrapped by the errors of NewUpgradeOrder.
var ErrUpgrade = errors.New("booking: wrong upgrade order")

// UpgradeOrder says which types of spot may serve a request, in order. Make it with NewUpgradeOrder or
// DefaultUpgrades.
type UpgradeOrder struct {
	withRight    [typesMax][]fact.SpotType
	withoutRight [typesMax][]fact.SpotType
}

// DefaultUpgrades: a vehicle fits into what is larger; an EV rather parks without charging than not at all; EV
// spots serve nobody else. A vehicle of unknown size gets a regular spot, a compact one only at last.
func DefaultUpgrades() UpgradeOrder {
	order, _ := NewUpgradeOrder(nil) // no entry, no error
	return order
}

func defaultUpgrade(t fact.SpotType) []fact.SpotType {
	switch t {
	case fact.AnyType:
		return []fact.SpotType{fact.Regular, fact.Large, fact.Compact}
	case fact.Compact:
		return []fact.SpotType{fact.Regular, fact.Large}
	case fact.Regular:
		return []fact.SpotType{fact.Large}
	case fact.EV, fact.Handicapped:
		return []fact.SpotType{fact.Regular, fact.Large}
	}
	return nil
}

// NewUpgradeOrder takes, by requested type, the types to try after it; a type that is not named has its
// default, an empty list means no upgrade. Handicapped may stand anywhere: it serves only those with the right.
func NewUpgradeOrder(after map[fact.SpotType][]fact.SpotType) (UpgradeOrder, error) {
	known := 0
	var order UpgradeOrder
	for i := range typesMax {
		t := fact.SpotType(i)
		list, named := after[t]
		if named {
			known++
		} else {
			list = defaultUpgrade(t)
		}
		if err := order.set(t, list); err != nil {
			return UpgradeOrder{}, err
		}
	}
	if known < len(after) {
		return UpgradeOrder{}, fmt.Errorf("%w: it names a requested type that does not exist; write one of %s", ErrUpgrade, fact.SpotTypes())
	}
	return order, nil
}

// set checks and stores the types for one requested type, which itself comes first.
func (o *UpgradeOrder) set(requested fact.SpotType, after []fact.SpotType) error {
	var list []fact.SpotType
	if requested != fact.AnyType {
		list = append(list, requested)
	}
	for _, t := range after {
		if t == fact.AnyType || int(t) >= typesMax || slices.Contains(list, t) {
			return fmt.Errorf("%w: after %s: %s: name real types other than it, each once", ErrUpgrade, requested, t)
		}
		list = append(list, t)
	}
	o.withRight[requested] = list
	o.withoutRight[requested] = slices.DeleteFunc(slices.Clone(list), func(t fact.SpotType) bool { return t == fact.Handicapped })
	return nil
}

// Types that may serve the request, best first; a handicapped spot only with the right to one. The caller must
// not change the list.
func (o *UpgradeOrder) Types(requested fact.SpotType, handicappedRight bool) []fact.SpotType {
	switch {
	case int(requested) >= typesMax:
		return nil
	case handicappedRight:
		return o.withRight[requested]
	}
	return o.withoutRight[requested]
}
