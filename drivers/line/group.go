package line

import (
	"context"
	"fmt"
	"strings"

	"gatehouse/drivers"
)

// group is several inputs that are watched as one.
type group struct {
	bank     bank
	specs    []inputSpec
	releases []func()
}

// Group opens inputs that are watched as one. On a real board they have to be on one chip.
func (h *Host) Group(names []string) (drivers.Group, error) {
	if len(names) == 0 || len(names) > groupMax {
		return nil, fmt.Errorf("%w: a group of %d inputs: name 1 to %d", drivers.ErrSettings, len(names), groupMax)
	}
	g := &group{bank: h.bank}
	for _, name := range names {
		spec, release, err := h.takeInput(name)
		if err != nil {
			g.Close()
			return nil, err
		}
		g.specs, g.releases = append(g.specs, spec), append(g.releases, release)
	}
	return g, nil
}

// groupMax is how many lines the kernel gives out as one.
const groupMax = 64

// Watch reports every edge.
func (g *group) Watch(ctx context.Context, report func(drivers.Edge)) error {
	lines, err := g.bank.inputs(g.specs, consumerOf(g.name()))
	if err != nil {
		return g.fail(err)
	}
	defer lines.close()
	for ctx.Err() == nil {
		edges, err := lines.next(ctx)
		if err != nil {
			return g.fail(err)
		}
		for _, e := range edges {
			if ctx.Err() == nil {
				report(drivers.Edge{Index: e.index, Active: g.specs[e.index].Active(e.high), At: e.at, Lost: e.lost})
			}
		}
	}
	return ctx.Err()
}

func (g *group) name() string {
	names := []string{}
	for _, spec := range g.specs {
		names = append(names, spec.Name)
	}
	return strings.Join(names, "+")
}

func (g *group) fail(err error) error {
	return fmt.Errorf("line: inputs %s: %w: %w", g.name(), drivers.ErrOffline, err)
}

// Close gives the inputs back.
func (g *group) Close() error {
	for _, release := range g.releases {
		release()
	}
	return nil
}
