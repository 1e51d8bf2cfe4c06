package wire

import (
	"fmt"

	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
)

// bounded fails if a thing of a message is larger than allowed.
func bounded(what string, size, most int) error {
	if size > most {
		return fmt.Errorf("%w: %d %s, at most %d", ErrNotStrict, size, what, most)
	}
	return nil
}

func checkLocation(location fact.LocationID) error {
	if location == "" {
		return fmt.Errorf("%w: a message without a location", ErrNotStrict)
	}
	return bounded("bytes of a location", len(location), LocationMaxBytes)
}

// firstError is the first of some checks to fail.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (h *Hello) check() error {
	if h.Nonce == 0 {
		return fmt.Errorf("%w: a Hello without a nonce", ErrNotStrict)
	}
	return firstError(checkLocation(h.Location), bounded("incarnations asked for", len(h.Ask), MarksMax))
}

func (a *Ack) check() error {
	return firstError(checkLocation(a.Location), bounded("marks", len(a.Marks), MarksMax))
}

func (l *Live) check() error {
	return firstError(checkLocation(l.Location), bounded("spot types", len(l.Types), LiveTypesMax),
		bounded("gates", len(l.Gates), LiveGatesMax), bounded("alerts", len(l.Alerts), LiveGatesMax))
}

func (p *Part) check() error {
	if p.Count == 0 || p.Index >= p.Count || p.Count > policy.ContentMaxBytes/PartMaxBytes+1 || len(p.Header.Content) > 0 {
		return fmt.Errorf("%w: part %d of %d", ErrNotStrict, p.Index, p.Count)
	}
	return bounded("bytes of a part", len(p.Bytes), PartMaxBytes)
}

func (c *Challenge) check() error { return checkLocation(c.Location) }

func (c *Command) check() error { return checkLocation(c.Command.Location) }

func (r *Result) check() error { return checkLocation(r.Location) }

func (w *Wanted) check() error {
	return firstError(checkLocation(w.Location), bounded("documents", len(w.Have), MarksMax), bounded("overrides", len(w.Overrides), MarksMax))
}

func (p *Snapshot) check() error {
	if p.Count == 0 || p.Index >= p.Count {
		return fmt.Errorf("%w: part %d of %d", ErrNotStrict, p.Index, p.Count)
	}
	return firstError(checkLocation(p.Location), bounded("records", len(p.Records), SnapshotMax))
}

func (c *SalesClosed) check() error { return checkLocation(c.Location) }
