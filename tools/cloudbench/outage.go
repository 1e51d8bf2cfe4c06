package main

import (
	"fmt"
	"time"

	"gatehouse/tools/demo/cut"
)

// healed is what it costs to catch up once a network is back.
type healed struct {
	first, all time.Duration // from the network's return
	counted    time.Duration // until the last is in rows and counters too; 0: not asked
	bytes      int64         // both ways
}

// heal mends the network and waits for the first arrival, and until everything is there.
func heal(network *cut.Wire, arrived func() int, complete func() (bool, error)) (h healed, err error) {
	there, back := network.Bytes()
	began := time.Now()
	network.Set(false)
	for done := false; !done; time.Sleep(time.Millisecond) {
		if h.first == 0 && arrived() > 0 {
			h.first = time.Since(began)
		}
		if done, err = complete(); err != nil {
			return h, err
		}
		if time.Since(began) > timeout {
			return h, fmt.Errorf("%d had arrived after %v", arrived(), timeout)
		}
	}
	h.all = time.Since(began)
	thereNow, backNow := network.Bytes()
	h.bytes = thereNow - there + backNow - back
	return h, nil
}
