package booking

import (
	"fmt"

	"gatehouse/sync/fact"
)

// Comparisons is how often the allocator compared two spots.
func (a *Allocator) Comparisons() int {
	total := 0
	for i := range a.queues {
		total += a.queues[i].compared
	}
	return total
}

// Uses is how often the spot was taken.
func (a *Allocator) Uses(i int32) uint32 {
	if !a.has(i) {
		return 0
	}
	return a.uses[i]
}

// AgendaLength is how much the book remembers of what will be due.
func (b *Book) AgendaLength() int { return len(b.agenda) }

// Sell sells one spot of the type for [startMS, endMS), instead of what the reservation has, or says why not and changes
// nothing: as the Book does in two steps.
func (c *Calendar) Sell(id fact.ReservationID, t fact.SpotType, startMS, endMS int64) error {
	if err := c.Fits(id, t, startMS, endMS); err != nil {
		return fmt.Errorf("%s: %w", id, err)
	}
	c.put(id, spanOf(t, startMS, endMS))
	return nil
}

// Reserved is how many of the type are sold at a moment.
func (c *Calendar) Reserved(t fact.SpotType, atMS int64) int {
	now := c.sold[slot{slotNumber(atMS), t}]
	return now.own + now.lent
}
