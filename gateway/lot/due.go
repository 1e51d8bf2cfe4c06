package lot

import "container/heap"

// due is a queue of keys by time. An entry is not removed when its time changes: whoever takes it asks whether
// it still holds, so that putting it off costs nothing.
type due[K any] struct{ items dueItems[K] }

type dueItem[K any] struct {
	whenMS int64
	order  uint64 // of insertion, so that ties come out the same everywhere
	key    K
}

type dueItems[K any] struct {
	list []dueItem[K]
	next uint64
}

func (d *dueItems[K]) Len() int { return len(d.list) }
func (d *dueItems[K]) Less(i, j int) bool {
	a, b := &d.list[i], &d.list[j]
	return a.whenMS < b.whenMS || a.whenMS == b.whenMS && a.order < b.order
}
func (d *dueItems[K]) Swap(i, j int) { d.list[i], d.list[j] = d.list[j], d.list[i] }
func (d *dueItems[K]) Push(item any) { d.list = append(d.list, item.(dueItem[K])) }
func (d *dueItems[K]) Pop() any {
	last := len(d.list) - 1
	item := d.list[last]
	d.list = d.list[:last]
	return item
}

// put adds a key for a time.
func (d *due[K]) put(whenMS int64, key K) {
	d.items.next++
	heap.Push(&d.items, dueItem[K]{whenMS, d.items.next, key})
}

// next is the time of the first key, or never.
func (d *due[K]) next() int64 {
	if len(d.items.list) == 0 {
		return never
	}
	return d.items.list[0].whenMS
}

// take removes the first key.
func (d *due[K]) take() K { return heap.Pop(&d.items).(dueItem[K]).key }
