package main

import (
	"crypto/ed25519"
	"fmt"
	"time"

	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/traffic"
	"gatehouse/sync/wire"
)

// catchUps measures what a fact costs on the wire, and the codec, after an outage: a day's facts in full batches, with
// the chain, the signature, and what MQTT puts around a payload. The peer is the same facts one by one, each as it lies in
// the log, as a bridge or a mirror sends them. "Gate facts" are entries, payments and exits alone, the part with the plates.
func (b *bench) catchUps() ([]row, error) {
	var rows []row
	for _, kind := range []struct {
		name string
		only map[fact.Kind]bool
	}{
		{"gate facts", map[fact.Kind]bool{fact.KindEntryGranted: true, fact.KindPaymentReceived: true, fact.KindExitGranted: true}},
		{"all facts", nil},
	} {
		records, err := dayOfFacts(b.scale(100_000, 4_000), kind.only)
		if err != nil {
			return nil, err
		}
		for _, size := range []int{10, 100, wire.BatchMaxRecords} {
			measured, err := b.catchUp(records, size)
			if err != nil {
				return nil, err
			}
			rows = append(rows, measured.rows(kind.name, size)...)
		}
	}
	return rows, nil
}

// dayOfFacts is facts of a lot of 2,000 spots from one morning on, numbered anew if only some kinds are wanted.
func dayOfFacts(count int, only map[fact.Kind]bool) ([][]byte, error) {
	const morningMS = int64(1_790_000_000_000)/86_400_000*86_400_000 + 8*3_600_000
	lot := traffic.New(traffic.Options{Location: locationID, Seed: 1, Spots: 2_000, PerDay: 8_000, StartMS: morningMS})
	incarnation := fact.NewIncarnation(morningMS, 1)
	lot.Start(incarnation, morningMS, fact.Dot{}, [32]byte{})
	var records [][]byte
	for len(records) < count {
		record := lot.Next()
		if only != nil && !only[record.Fact.Kind()] {
			continue
		}
		record.Dot.Seq = uint64(len(records)) + 1
		data, err := wire.EncodeRecord(nil, record)
		if err != nil {
			return nil, err
		}
		records = append(records, data)
	}
	return records, nil
}

// caughtUp is what some facts cost.
type caughtUp struct {
	facts, wireBytes, plainBytes int
	encode, decode               time.Duration
}

// publishBytes is what MQTT 3.1.1 puts around a payload in a PUBLISH of QoS 1: type and length, topic, packet identifier.
func publishBytes(payload int) int {
	const topic = "gatehouse/" + locationID + "/facts"
	length := 2 + len(topic) + 2 + payload
	head := 2
	for rest := length >> 7; rest > 0; rest >>= 7 {
		head++
	}
	return head + 2 + len(topic) + 2
}

func (b *bench) catchUp(records [][]byte, size int) (c caughtUp, err error) {
	signer := policy.Key(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	keys := policy.Keys{signer.Public()}
	first, err := wire.DecodeRecord(records[0])
	if err != nil {
		return c, err
	}
	var hash wire.Hash
	for at := 0; at < len(records); {
		batch := wire.Batch{
			Location: locationID, Incarnation: first.Dot.Incarnation, First: uint64(at) + 1, Before: hash, Records: records[at:min(at+size, len(records))],
		}
		start := time.Now()
		data, err := wire.PackBatch(&batch, signer)
		if err != nil {
			return c, err
		}
		c.encode += time.Since(start)
		start = time.Now()
		m, err := wire.DecodeMessage(data)
		if err != nil {
			return c, err
		}
		back := m.(*wire.Batch)
		if err := back.Verify(keys); err != nil {
			return c, err
		}
		c.decode += time.Since(start)
		if hash = back.After(); hash != batch.After() {
			return c, fmt.Errorf("bench: a batch came back as another")
		}
		c.wireBytes += len(data) + publishBytes(len(data))
		at += len(batch.Records)
	}
	c.facts = len(records)
	for _, record := range records {
		c.plainBytes += len(record) + publishBytes(len(record))
	}
	return c, nil
}

func (c caughtUp) rows(name string, size int) []row {
	facts := float64(c.facts)
	bytes := row{
		What: fmt.Sprintf("%s, %d a batch, on the wire", name, size), Value: float64(c.wireBytes) / facts, Unit: "B a fact",
		Peer: "one by one", PeerValue: float64(c.plainBytes) / facts, Ratio: float64(c.wireBytes) / float64(c.plainBytes),
	}
	if size < wire.BatchMaxRecords {
		return []row{bytes}
	}
	return []row{
		bytes.atMost(22),
		{What: name + ": pack, check, sign", Value: float64(c.encode.Nanoseconds()) / facts, Unit: "ns a fact"},
		{What: name + ": read, check chain and signature", Value: float64(c.decode.Nanoseconds()) / facts, Unit: "ns a fact"},
	}
}
