package app

import "sync"

// answer says that a commit is durable, or why that can't be known, by the opened-th journal.
type answer struct {
	commit *commit
	err    error
	opened int
}

// answers is a queue without end, because the journal must never wait for the owner, who may be waiting for it.
type answers struct {
	mu   sync.Mutex
	list []answer
	some chan struct{} // holds a token while the list is not empty
}

func (a *answers) put(one answer) {
	a.mu.Lock()
	a.list = append(a.list, one)
	a.mu.Unlock()
	select {
	case a.some <- struct{}{}:
	default:
	}
}

func (a *answers) take() []answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	list := a.list
	a.list = nil
	return list
}
