package main

import "container/heap"

// agenda is what is to happen in simulated time.
type agenda struct {
	list []appointment
	made int
}

type appointment struct {
	atMS  int64
	order int // of making, so that two at the same time come out the same in each run
	do    func()
}

// add has something done at a time.
func (a *agenda) add(atMS int64, do func()) {
	a.made++
	heap.Push((*appointments)(a), appointment{atMS, a.made, do})
}

// next is the time of the first appointment; never if there is none.
func (a *agenda) next() int64 {
	if len(a.list) == 0 {
		return never
	}
	return a.list[0].atMS
}

// take removes the first appointment.
func (a *agenda) take() appointment { return heap.Pop((*appointments)(a)).(appointment) }

// never is a time that does not come.
const never = int64(1)<<62 - 1

type appointments agenda

func (a *appointments) Len() int { return len(a.list) }
func (a *appointments) Less(i, j int) bool {
	x, y := &a.list[i], &a.list[j]
	return x.atMS < y.atMS || x.atMS == y.atMS && x.order < y.order
}
func (a *appointments) Swap(i, j int) { a.list[i], a.list[j] = a.list[j], a.list[i] }
func (a *appointments) Push(x any)    { a.list = append(a.list, x.(appointment)) }
func (a *appointments) Pop() any {
	last := len(a.list) - 1
	first := a.list[last]
	a.list[last] = appointment{}
	a.list = a.list[:last]
	return first
}
