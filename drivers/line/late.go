package line

import (
	"sync"

	"gatehouse/boards"
)

// lateBank is a bank that is opened when it is needed, and tried again until it is there: the kernel's module may come up
// after the gateway, and what is on serial ports and buses does not wait for it.
type lateBank struct {
	open func() (bank, error)

	mu     sync.Mutex
	opened bank // nil: not yet
}

func (l *lateBank) bank() (bank, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.opened == nil {
		opened, err := l.open()
		if err != nil {
			return nil, err
		}
		l.opened = opened
	}
	return l.opened, nil
}

func (l *lateBank) check(line boards.Line) error {
	b, err := l.bank()
	if err != nil {
		return err
	}
	return b.check(line)
}

func (l *lateBank) output(line boards.Line, consumer string, high, keep bool) (driven, error) {
	b, err := l.bank()
	if err != nil {
		return nil, err
	}
	return b.output(line, consumer, high, keep)
}

func (l *lateBank) inputs(specs []inputSpec, consumer string) (watched, error) {
	b, err := l.bank()
	if err != nil {
		return nil, err
	}
	return b.inputs(specs, consumer)
}
