package main

import (
	"errors"

	"gatehouse/sync/fact"
	"gatehouse/sync/traffic"
	"gatehouse/sync/wire"
)

const (
	benchLocation = fact.LocationID("bench")
	// morningMS is when the facts of a measurement begin: 2026-09-21 08:00 UTC.
	morningMS = int64(1_789_977_600_000)
)

// gateFacts are entries, payments and exits of a lot of 2,000 spots: the part of its facts with the plates and the money, as
// they lie in the log. The first is the start of the gateway.
func gateFacts(count int) (records []fact.Record, raw [][]byte, err error) {
	lot := traffic.New(traffic.Options{Location: benchLocation, Seed: 1, Spots: 2_000, PerDay: 8_000, StartMS: morningMS})
	record := lot.Start(fact.NewIncarnation(morningMS, 1), morningMS, fact.Dot{}, [32]byte{})
	for len(raw) < count {
		switch record.Fact.Kind() {
		case fact.KindGatewayStarted, fact.KindEntryGranted, fact.KindPaymentReceived, fact.KindExitGranted:
			record.Dot.Seq = uint64(len(raw)) + 1
			data, err := wire.EncodeRecord(nil, record)
			if err != nil {
				return nil, nil, err
			}
			records, raw = append(records, record), append(raw, data)
		}
		record = lot.Next()
	}
	if records[0].Fact.Kind() != fact.KindGatewayStarted {
		return nil, nil, errors.New("the first fact is not the gateway's start")
	}
	return records, raw, nil
}
