package plate

// chains is a hash table from keys to the plates under them, any number under one key. Its links are part of the entries,
// so that adding allocates nothing, and removing leaves nothing behind that has to be cleared away in the middle of a
// decision, as a map's deleted keys have.
type chains[ID ~string] struct {
	heads []*link[ID] // a power of two of them
	count int
}

// link is one place of an entry in a chain.
type link[ID ~string] struct {
	key   uint64
	entry *entry[ID]
	next  *link[ID]
}

// headsMin is how many chains there are at first.
const headsMin = 1 << 10

// head is the chain of a key. The high bits of FNV-1a are the well mixed ones.
func (c *chains[ID]) head(key uint64) **link[ID] {
	return &c.heads[(key^key>>32)&uint64(len(c.heads)-1)]
}

// first is the first link of the key's chain, which holds other keys, too; nil if there is none.
func (c *chains[ID]) first(key uint64) *link[ID] {
	if len(c.heads) == 0 {
		return nil
	}
	return *c.head(key)
}

func (c *chains[ID]) add(l *link[ID]) {
	if c.count >= len(c.heads) {
		c.grow()
	}
	head := c.head(l.key)
	l.next, *head = *head, l
	c.count++
}

func (c *chains[ID]) remove(l *link[ID]) {
	at := c.head(l.key)
	for *at != l {
		at = &(*at).next
	}
	*at, l.next = l.next, nil
	c.count--
}

// grow doubles the number of chains.
func (c *chains[ID]) grow() {
	old := c.heads
	c.heads = make([]*link[ID], max(headsMin, 2*len(old)))
	for _, l := range old {
		for l != nil {
			next, head := l.next, c.head(l.key)
			l.next, *head = *head, l
			l = next
		}
	}
}
