package booking

import "gatehouse/sync/fact"

// queue is an indexed binary heap for each type: the best spot is on top, and any spot can be found and removed.
type queue struct {
	rank  []int32           // by spot: its place in the fixed order, each once
	uses  []uint32          // by spot; nil if they don't matter
	place []int32           // by spot: where it is in its heap, or absent
	heaps [typesMax][]int32 // spots

	compared int // comparisons so far
}

const absent = -1

// before reports whether spot a is better than spot b.
func (q *queue) before(a, b int32) bool {
	q.compared++
	if q.uses != nil && q.uses[a] != q.uses[b] {
		return q.uses[a] < q.uses[b]
	}
	return q.rank[a] < q.rank[b]
}

func (q *queue) push(t fact.SpotType, spot int32) {
	q.heaps[t] = append(q.heaps[t], spot)
	q.rise(q.heaps[t], len(q.heaps[t])-1)
}

func (q *queue) remove(t fact.SpotType, spot int32) {
	heap, at := q.heaps[t], int(q.place[spot])
	last := heap[len(heap)-1]
	heap = heap[:len(heap)-1]
	q.heaps[t], q.place[spot] = heap, absent
	if last == spot {
		return
	}
	q.put(heap, at, last)
	q.sink(heap, at)
	q.rise(heap, int(q.place[last]))
}

func (q *queue) put(heap []int32, at int, spot int32) {
	heap[at], q.place[spot] = spot, int32(at)
}

// rise moves the spot at a place up until its parent is better.
func (q *queue) rise(heap []int32, at int) {
	spot := heap[at]
	for at > 0 {
		parent := (at - 1) / 2
		if !q.before(spot, heap[parent]) {
			break
		}
		q.put(heap, at, heap[parent])
		at = parent
	}
	q.put(heap, at, spot)
}

// sink moves the spot at a place down until both its children are worse.
func (q *queue) sink(heap []int32, at int) {
	spot := heap[at]
	for {
		child := 2*at + 1
		if child+1 < len(heap) && q.before(heap[child+1], heap[child]) {
			child++
		}
		if child >= len(heap) || !q.before(heap[child], spot) {
			break
		}
		q.put(heap, at, heap[child])
		at = child
	}
	q.put(heap, at, spot)
}

// reorder makes heaps of them again after the uses changed.
func (q *queue) reorder() {
	for _, heap := range q.heaps {
		for at := len(heap)/2 - 1; at >= 0; at-- {
			q.sink(heap, at)
		}
	}
}
