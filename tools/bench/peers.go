package main

import (
	"fmt"
	"os"

	"gatehouse/gateway/journal/journalbench"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
	"gatehouse/sync/wire"
)

// floor is what no log can beat: one write of the same bytes and one fdatasync, to a file that is filled with zeros.
type floor struct {
	file factlog.File
	at   int64
}

func newFloor(name string) (*floor, error) {
	if err := os.WriteFile(name, make([]byte, factlog.SegmentBytesDefault), 0o600); err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	file, err := factlog.OSDisk{}.Open(name)
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	return &floor{file: file}, file.Datasync()
}

// commit writes some bytes behind the last ones.
func (f *floor) commit(data []byte) error {
	if f.at+int64(len(data)) > factlog.SegmentBytesDefault {
		f.at = 0
	}
	if _, err := f.file.WriteAt(data, f.at); err != nil {
		return err
	}
	f.at += int64(len(data))
	return f.file.Datasync()
}

// frameHeadBytes is what the log adds to a fact, and frameAlign what its frames are rounded up to (sync/factlog).
const (
	frameHeadBytes = 64
	frameAlign     = 8
)

// frameBytes is how much the log writes for some facts.
func frameBytes(facts []fact.Record) (int, error) {
	size := 0
	for _, record := range facts {
		payload, err := wire.EncodeRecord(nil, record)
		if err != nil {
			return 0, err
		}
		size += (frameHeadBytes + len(payload) + frameAlign - 1) / frameAlign * frameAlign
	}
	return size, nil
}

// gateBytes is about what the counters and the last decision of a gate take.
const gateBytes = 100

// newPeer is a bbolt file that has what a carpark has: its spots, gates and tickets.
func newPeer(path string, c *carpark) (*journalbench.Bolt, error) {
	peer, err := journalbench.Open(path)
	if err != nil {
		return nil, err
	}
	var spots, tickets, gates []journalbench.Record
	for i := range c.cfg.Spots {
		value, err := wire.Marshal(c.lot.SpotState(int32(i)))
		if err != nil {
			return nil, err
		}
		spots = append(spots, journalbench.Record{Key: []byte(c.cfg.Spots[i].ID), Value: value})
	}
	for _, t := range c.lot.OpenTickets() {
		value, err := wire.Marshal(t)
		if err != nil {
			return nil, err
		}
		tickets = append(tickets, journalbench.Record{Key: []byte(t.ID), Value: value})
	}
	for i := range c.cfg.Gates {
		gates = append(gates, journalbench.Record{Key: []byte(c.cfg.Gates[i].ID), Value: make([]byte, gateBytes)})
	}
	for bucket, records := range map[journalbench.Bucket][]journalbench.Record{
		journalbench.Spots: spots, journalbench.Tickets: tickets, journalbench.Gates: gates,
	} {
		if err := peer.Fill(bucket, records); err != nil {
			return nil, fmt.Errorf("bench: fill the peer: %w", err)
		}
	}
	return peer, nil
}

// asTransaction is what a step writes where there is no log: ticket, spot and gate as they are now, as far as its
// facts are about them, and the facts for the outbox.
func (c *carpark) asTransaction(facts []fact.Record) (*journalbench.Decision, error) {
	d := &journalbench.Decision{}
	var outbox []byte
	var err error
	for _, record := range facts {
		if outbox, err = wire.EncodeRecord(outbox, record); err != nil {
			return nil, err
		}
		switch f := record.Fact.(type) {
		case fact.EntryGranted:
			err = c.put(d, f.Ticket, f.Spot, f.Gate)
		case fact.ExitGranted:
			err = c.put(d, f.Ticket, "", f.Gate)
		case fact.PaymentRequested:
			err = c.put(d, f.Ticket, "", "")
		case fact.VehiclePassed:
			err = c.put(d, f.Ticket, "", f.Gate)
		case fact.TicketParked:
			err = c.put(d, f.Ticket, f.Spot, "")
		case fact.SpotChanged:
			err = c.put(d, "", f.Spot, "")
		}
		if err != nil {
			return nil, err
		}
	}
	d[journalbench.Outbox] = journalbench.Record{Key: fmt.Appendf(nil, "%016x", facts[0].Dot.Seq), Value: outbox}
	return d, nil
}

// put adds the present records of a ticket, its spot and a gate. An empty spot is the ticket's own.
func (c *carpark) put(d *journalbench.Decision, id fact.TicketID, spot fact.SpotID, gate fact.GateID) error {
	if ticket, found := c.lot.Ticket(id); found {
		value, err := wire.Marshal(ticket)
		if err != nil {
			return err
		}
		d[journalbench.Tickets] = journalbench.Record{Key: []byte(id), Value: value}
		if spot == "" {
			spot = ticket.Spot
		}
	}
	if i, found := c.lot.Spot(spot); found {
		value, err := wire.Marshal(c.lot.SpotState(i))
		if err != nil {
			return err
		}
		d[journalbench.Spots] = journalbench.Record{Key: []byte(spot), Value: value}
	}
	if gate != "" {
		d[journalbench.Gates] = journalbench.Record{Key: []byte(gate), Value: make([]byte, gateBytes)}
	}
	return nil
}
