package booking

// Comparisons is how often the allocator compared two spots.
func (a *Allocator) Comparisons() int {
	total := 0
	for i := range a.queues {
		total += a.queues[i].compared
	}
	return total
}

// AgendaLength is how much the book remembers of what will be due.
func (b *Book) AgendaLength() int { return len(b.agenda) }
