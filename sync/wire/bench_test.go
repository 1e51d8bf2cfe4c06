package wire_test

import (
	"testing"

	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

// entry is a typical EntryGranted.
func entry() fact.Record {
	dot := fact.Dot{Incarnation: fact.NewIncarnation(1_790_000_000_000, 0xbeef), Seq: 48_211}
	return fact.Record{
		Dot: dot,
		At: fact.Stamp{
			WallMS: 1_790_000_123_456, MonoMS: 123_456, Boot: uint64(dot.Incarnation),
			HLC: 1_790_000_123_456 << 16, Trust: fact.ClockSynced,
		},
		Fact: fact.EntryGranted{
			Gate: "in-1", Ticket: fact.TicketID(dot.ID('T')), Credential: fact.CredentialPlate,
			Plate: "MKA1234", PlateRaw: "M-KA 1234", Confidence: 962, Vehicle: fact.Regular, Spot: "P1-0427",
			SpotType: fact.Regular, Priced: fact.Regular, Tariff: "2026-03", Reason: fact.ReasonPlate,
		},
	}
}

func BenchmarkEncodeRecord(b *testing.B) {
	record, buf := entry(), make([]byte, 0, wire.MaxRecordBytes)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := wire.EncodeRecord(buf, record); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeRecord(b *testing.B) {
	data, err := wire.EncodeRecord(nil, entry())
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := wire.DecodeRecord(data); err != nil {
			b.Fatal(err)
		}
	}
}
