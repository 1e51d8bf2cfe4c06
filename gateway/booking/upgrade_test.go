package booking_test

import (
	"errors"
	"slices"
	"testing"

	"gatehouse/gateway/booking"
	"gatehouse/sync/fact"
)

func TestHandicappedSpotsServeOnlyWhoHasTheRight(t *testing.T) {
	order, err := booking.NewUpgradeOrder(map[fact.SpotType][]fact.SpotType{
		fact.Compact: {fact.Handicapped, fact.Regular},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, requested := range append(fact.SpotTypes(), fact.AnyType) {
		if slices.Contains(order.Types(requested, false), fact.Handicapped) {
			t.Errorf("%s without the right may get a handicapped spot", requested)
		}
	}
	if got := order.Types(fact.Handicapped, true); got[0] != fact.Handicapped {
		t.Errorf("with the right: %s", got)
	}
	if got := order.Types(fact.Compact, true); !slices.Equal(got, []fact.SpotType{fact.Compact, fact.Handicapped, fact.Regular}) {
		t.Errorf("with the right, compact: %s", got)
	}
}

func TestEVSpotsServeOnlyEVsUnlessConfigured(t *testing.T) {
	order := booking.DefaultUpgrades()
	for _, requested := range []fact.SpotType{fact.AnyType, fact.Compact, fact.Regular, fact.Large, fact.Handicapped} {
		if slices.Contains(order.Types(requested, true), fact.EV) {
			t.Errorf("%s may get an EV spot", requested)
		}
	}
	if order.Types(fact.EV, false)[0] != fact.EV {
		t.Error("an EV gets no EV spot")
	}
	order, err := booking.NewUpgradeOrder(map[fact.SpotType][]fact.SpotType{fact.Regular: {fact.Large, fact.EV}, fact.EV: {}})
	if err != nil {
		t.Fatal(err)
	}
	if got := order.Types(fact.Regular, false); !slices.Equal(got, []fact.SpotType{fact.Regular, fact.Large, fact.EV}) {
		t.Errorf("configured: %s", got)
	}
	if got := order.Types(fact.EV, false); !slices.Equal(got, []fact.SpotType{fact.EV}) {
		t.Errorf("no upgrade: %s", got)
	}
}

func TestAWrongUpgradeOrderIsRefused(t *testing.T) {
	for name, after := range map[string]map[fact.SpotType][]fact.SpotType{
		"itself":           {fact.Regular: {fact.Regular}},
		"twice":            {fact.Regular: {fact.Large, fact.Large}},
		"any":              {fact.Regular: {fact.AnyType}},
		"unknown upgrade":  {fact.Regular: {99}},
		"unknown requests": {99: {fact.Regular}},
	} {
		if _, err := booking.NewUpgradeOrder(after); !errors.Is(err, booking.ErrUpgrade) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	order := booking.DefaultUpgrades()
	if got := order.Types(99, true); got != nil {
		t.Errorf("a type that does not exist is served by %s", got)
	}
}

func TestWhenATypeIsFullTheNextServes(t *testing.T) {
	spots := garage()
	spots[4].Type, spots[5].Type = fact.Large, fact.Handicapped
	a, order := opened(t, booking.NearestElevator, spots), booking.DefaultUpgrades()
	var got []int32
	for {
		spot, ok := a.Best(order.Types(fact.Regular, false), 0)
		if !ok {
			break
		}
		a.Take(spot)
		got = append(got, spot)
	}
	if !slices.Equal(got, []int32{0, 3, 1, 2, 4}) {
		t.Errorf("got %v: all regular spots, then the large one, never the handicapped one", got)
	}
}
