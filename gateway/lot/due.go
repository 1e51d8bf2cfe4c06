package lot

// due is a queue of keys by time: a binary heap, the earliest on top. An entry is not removed when its time changes:
// whoever takes it asks whether it still holds, so that putting it off costs nothing.
type due[K any] struct {
	list []dueItem[K]
	puts uint64
}

type dueItem[K any] struct {
	whenMS int64
	order  uint64 // of insertion, so that ties come out the same everywhere
	key    K
}

func (a *dueItem[K]) before(b *dueItem[K]) bool {
	return a.whenMS < b.whenMS || a.whenMS == b.whenMS && a.order < b.order
}

// put adds a key for a time.
func (d *due[K]) put(whenMS int64, key K) {
	d.puts++
	d.list = append(d.list, dueItem[K]{whenMS, d.puts, key})
	for at := len(d.list) - 1; at > 0; {
		parent := (at - 1) / 2
		if !d.list[at].before(&d.list[parent]) {
			return
		}
		d.list[at], d.list[parent] = d.list[parent], d.list[at]
		at = parent
	}
}

// next is the time of the first key, or never.
func (d *due[K]) next() int64 {
	if len(d.list) == 0 {
		return never
	}
	return d.list[0].whenMS
}

// take removes the first key.
func (d *due[K]) take() K {
	last := len(d.list) - 1
	key := d.list[0].key
	d.list[0], d.list[last] = d.list[last], dueItem[K]{}
	d.list = d.list[:last]
	for at := 0; ; {
		child := 2*at + 1
		if child+1 < last && d.list[child+1].before(&d.list[child]) {
			child++
		}
		if child >= last || !d.list[child].before(&d.list[at]) {
			return key
		}
		d.list[at], d.list[child] = d.list[child], d.list[at]
		at = child
	}
}
