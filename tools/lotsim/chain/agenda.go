package chain

import "container/heap"

// agenda is what is to happen, in simulated time.
type agenda struct {
	nowMS int64
	list  appointments
	made  int
}

type appointment struct {
	atMS  int64
	order int // of making, so that two at one time come out the same in each run
	do    func()
}

func (a *agenda) at(atMS int64, do func()) {
	a.made++
	heap.Push(&a.list, appointment{max(atMS, a.nowMS), a.made, do})
}

func (a *agenda) in(delayMS int64, do func()) { a.at(a.nowMS+delayMS, do) }

// run does everything until a time.
func (a *agenda) run(untilMS int64) {
	for len(a.list) > 0 && a.list[0].atMS <= untilMS {
		next := heap.Pop(&a.list).(appointment)
		a.nowMS = next.atMS
		next.do()
	}
	a.nowMS = untilMS
}

type appointments []appointment

func (a appointments) Len() int { return len(a) }
func (a appointments) Less(i, j int) bool {
	return a[i].atMS < a[j].atMS || a[i].atMS == a[j].atMS && a[i].order < a[j].order
}
func (a appointments) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *appointments) Push(x any)   { *a = append(*a, x.(appointment)) }
func (a *appointments) Pop() any {
	last := len(*a) - 1
	popped := (*a)[last]
	(*a)[last] = appointment{}
	*a = (*a)[:last]
	return popped
}
