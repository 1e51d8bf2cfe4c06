package lot

import (
	"cmp"
	"slices"

	"gatehouse/sync/fact"
)

// ticketsBy lists tickets by something that several may share, in the order in which they came. The zero key is nobody's.
type ticketsBy[K comparable] map[K][]*Ticket

func (m ticketsBy[K]) add(key K, t *Ticket) {
	var none K
	if key != none {
		m[key] = append(m[key], t)
	}
}

func (m ticketsBy[K]) remove(key K, t *Ticket) {
	if kept := without(m[key], t); len(kept) > 0 {
		m[key] = kept
	} else {
		delete(m, key)
	}
}

// closedTickets are the tickets that closed last and are still in memory.
type closedTickets struct {
	ring    []*Ticket // nil: it was reopened
	oldest  int       // in the ring, once that is full
	byPlate ticketsBy[fact.Plate]
}

// keep remembers a ticket until enough newer ones have closed. It returns the one that has to go instead, if there is one.
func (c *closedTickets) keep(t *Ticket) (old *Ticket) {
	c.byPlate.add(t.Plate, t)
	if len(c.ring) < recentClosedMax {
		c.ring = append(c.ring, t)
		return nil
	}
	old = c.ring[c.oldest]
	c.ring[c.oldest] = t
	c.oldest = (c.oldest + 1) % recentClosedMax
	if old != nil {
		c.byPlate.remove(old.Plate, old)
	}
	return old
}

// load puts a stored ticket back, in the order in which they closed.
func (c *closedTickets) load(t *Ticket) {
	at, _ := slices.BinarySearchFunc(c.ring, t.Exit.HLC, func(other *Ticket, hlc uint64) int { return cmp.Compare(other.Exit.HLC, hlc) })
	c.ring = slices.Insert(c.ring, at, t)
	c.byPlate.add(t.Plate, t)
}

// takeBack forgets a ticket that is open again.
func (c *closedTickets) takeBack(t *Ticket) {
	if i := slices.Index(c.ring, t); i >= 0 {
		c.ring[i] = nil
		c.byPlate.remove(t.Plate, t)
	}
}

// lastOf is the last visit of a plate that ended well.
func (c *closedTickets) lastOf(plate fact.Plate) *Ticket {
	var last *Ticket
	for _, t := range c.byPlate[plate] {
		if t.Status == TicketCompleted && (last == nil || last.Exit.HLC < t.Exit.HLC) {
			last = t
		}
	}
	return last
}
