package main

import (
	"errors"
	"path/filepath"
	"time"

	"gatehouse/cloud/broker/brokerbench"
	"gatehouse/tools/demo/cut"
)

// mirrorAfter has facts wait in the stream of a NATS leaf, and measures from the network's return until the hub's mirror has
// them, as JetStream comes: it flushes every two minutes.
func mirrorAfter(dir string, outage time.Duration, raw [][]byte) (h healed, err error) {
	m, network, err := startMirror(filepath.Join(dir, "mirror"), false)
	if err != nil {
		return h, err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	defer network.Close()
	if err := m.StartMirror(); err != nil {
		return h, err
	}
	network.Set(true)
	began := time.Now()
	if err := m.Store(raw); err != nil {
		return h, err
	}
	time.Sleep(outage - time.Since(began))
	return heal(network, m.Mirrored, func() (bool, error) { return m.Mirrored() >= len(raw), nil })
}

// mirrorDurable has the hub flush each message, as a ledger must, and spares it the outage: the mirror is made when the
// facts are there.
func mirrorDurable(dir string, raw [][]byte) (took time.Duration, err error) {
	m, network, err := startMirror(filepath.Join(dir, "durable"), true)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	defer network.Close()
	if err := m.Store(raw); err != nil {
		return 0, err
	}
	began := time.Now()
	if err := m.StartMirror(); err != nil {
		return 0, err
	}
	_, err = heal(network, m.Mirrored, func() (bool, error) { return m.Mirrored() >= len(raw), nil })
	return time.Since(began), err
}

func startMirror(dir string, always bool) (*brokerbench.Mirror, *cut.Wire, error) {
	m, err := brokerbench.NewMirror(dir, always)
	if err != nil {
		return nil, nil, err
	}
	network, err := cut.New(m.HubAddress())
	if err == nil {
		err = m.StartLeaf(network.Address())
	}
	if err != nil {
		return nil, nil, errors.Join(err, m.Close())
	}
	return m, network, nil
}
