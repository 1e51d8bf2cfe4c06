package drivertest

import (
	"context"
	"fmt"

	"gatehouse/drivers"
)

// Group is the far side of inputs that are watched as one. They are the inputs of their names: what FakeInput does to
// one of them, the Group sees.
type Group struct{ inputs []*Input }

// FakeGroup is the far side of the inputs of those names.
func (h *Host) FakeGroup(names ...string) Group {
	var g Group
	for _, name := range names {
		g.inputs = append(g.inputs, h.FakeInput(name))
	}
	return g
}

// Drive sets the logical level of one of them. The same level again is no edge.
func (g Group) Drive(index int, active bool) { g.inputs[index].Drive(active) }

// Pulse makes one of them active and inactive again: two edges.
func (g Group) Pulse(index int) {
	g.Drive(index, true)
	g.Drive(index, false)
}

// Miss has the next edge of one of them say that so many before it were lost.
func (g Group) Miss(index, edges int) { g.inputs[index].Miss(edges) }

// Group opens inputs that are watched as one.
func (h *Host) Group(names []string) (drivers.Group, error) {
	group := openGroup{far: h.FakeGroup(names...)}
	for _, name := range names {
		release, err := h.take(name)
		if err != nil {
			group.Close()
			return nil, err
		}
		group.releases = append(group.releases, release)
	}
	return group, nil
}

// openGroup is a Group as a driver has it.
type openGroup struct {
	far      Group
	releases []func()
}

// Watch reports every edge.
func (o openGroup) Watch(ctx context.Context, report func(drivers.Edge)) error {
	edges := make(chan edge, watchedMax)
	for i, input := range o.far.inputs {
		input.joinAs(edges, i)
		defer input.leave(edges)
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e := <-edges:
			if e.lost {
				return fmt.Errorf("drivertest: group of inputs: %w", drivers.ErrOffline)
			}
			report(drivers.Edge{Index: e.index, Active: e.active, At: e.at, Lost: e.missed})
		}
	}
}

// Close gives the inputs back.
func (o openGroup) Close() error {
	for _, release := range o.releases {
		release()
	}
	return nil
}
