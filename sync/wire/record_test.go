package wire_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
	"pgregory.net/rapid"
)

func encode(t testing.TB, record fact.Record) []byte {
	t.Helper()
	data, err := wire.EncodeRecord(nil, record)
	if err != nil {
		t.Fatalf("encode %+v: %v", record, err)
	}
	return data
}

func TestEveryFactComesBackAsItWas(t *testing.T) {
	for _, zero := range fact.Types() {
		t.Run(fmt.Sprintf("%T", zero), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				record := fact.Record{Dot: drawnDot(t), At: drawnStamp(t), Fact: drawnFact(t, zero)}
				data, err := wire.EncodeRecord([]byte("before"), record)
				if err != nil {
					t.Fatal(err)
				}
				data, ok := bytes.CutPrefix(data, []byte("before"))
				if !ok {
					t.Fatal("encoding must append")
				}
				got, err := wire.DecodeRecord(data)
				if err != nil {
					t.Fatal(err)
				}
				if got != record {
					t.Fatalf("got  %+v\nwant %+v", got, record)
				}
			})
		})
	}
}

func TestDecodedRecordKeepsNothingOfTheBuffer(t *testing.T) {
	data := encode(t, entry())
	got, err := wire.DecodeRecord(data)
	if err != nil {
		t.Fatal(err)
	}
	clear(data)
	if got != entry() {
		t.Errorf("the record changed with its buffer: %+v", got)
	}
}

// rewritten is the record as a newer writer would have written it.
func rewritten(t *testing.T, record fact.Record, change func(items []any, fields map[any]any) []any) []byte {
	t.Helper()
	var items []any
	if err := wire.Unmarshal(encode(t, record), &items); err != nil {
		t.Fatal(err)
	}
	data, err := wire.Marshal(change(items, items[9].(map[any]any)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestOlderReaderIgnoresNewFieldsAndItems(t *testing.T) {
	data := rewritten(t, entry(), func(items []any, fields map[any]any) []any {
		fields[uint64(899)] = "a field of next year"
		fields[uint64(900)] = []any{true, nil, int64(-5)}
		return append(items, "an item of next year", uint64(7))
	})
	got, err := wire.DecodeRecord(data)
	if err != nil {
		t.Fatal(err)
	}
	if got != entry() {
		t.Errorf("got %+v", got)
	}
}

func TestOlderReaderRecognisesANewKind(t *testing.T) {
	for _, kind := range []uint64{0, 250, 300, 1 << 40} {
		data := rewritten(t, entry(), func(items []any, _ map[any]any) []any {
			items[1] = kind
			return items
		})
		before := slices.Clone(data)
		got, err := wire.DecodeRecord(data)
		if !errors.Is(err, wire.ErrUnknownKind) {
			t.Errorf("kind %d: %v", kind, err)
		}
		if want := (fact.Record{Dot: entry().Dot, At: entry().At}); got != want {
			t.Errorf("kind %d: %+v, want name and time", kind, got)
		}
		if !bytes.Equal(data, before) {
			t.Errorf("kind %d: the bytes to keep were changed", kind)
		}
	}
}

func TestOlderReaderRecognisesANewVersion(t *testing.T) {
	data := rewritten(t, entry(), func([]any, map[any]any) []any {
		return []any{uint64(wire.Version + 1), "a layout of next year"}
	})
	if _, err := wire.DecodeRecord(data); !errors.Is(err, wire.ErrUnknownKind) {
		t.Errorf("got %v", err)
	}
	if _, err := wire.DecodeRecord(append(data, 0)); !errors.Is(err, wire.ErrNotStrict) {
		t.Errorf("a newer version must be strict as well, got %v", err)
	}
}

func TestNoPrefixOfARecordIsARecord(t *testing.T) {
	data := encode(t, entry())
	for n := range data {
		if _, err := wire.DecodeRecord(data[:n]); !errors.Is(err, wire.ErrNotStrict) {
			t.Errorf("first %d of %d bytes: %v", n, len(data), err)
		}
	}
}

func TestRecordsOutOfShapeAreRefused(t *testing.T) {
	shape := func(change func(items []any, fields map[any]any) []any) []byte { return rewritten(t, entry(), change) }
	cases := map[string][]byte{
		"no array":        {0xa0},
		"empty array":     {0x80},
		"huge array":      {0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"version 0":       shape(func(items []any, _ map[any]any) []any { items[0] = uint64(0); return items }),
		"nine items":      shape(func(items []any, _ map[any]any) []any { return items[:9] }),
		"negative seq":    shape(func(items []any, _ map[any]any) []any { items[3] = int64(-1); return items }),
		"text for a time": shape(func(items []any, _ map[any]any) []any { items[4] = "noon"; return items }),
		"time too large":  shape(func(items []any, _ map[any]any) []any { items[4] = uint64(1 << 63); return items }),
		"trust too large": shape(func(items []any, _ map[any]any) []any { items[8] = uint64(256); return items }),
		"fact no map":     shape(func(items []any, _ map[any]any) []any { items[9] = []any{}; return items }),
		"text for a key":  shape(func(items []any, fields map[any]any) []any { fields["1"] = "in-2"; return items }),
		"nested too deep": shape(func(items []any, fields map[any]any) []any { fields[uint64(99)] = []any{[]any{[]any{}}}; return items }),
		"trailing byte":   append(encode(t, entry()), 0),
		"too long":        make([]byte, wire.MaxRecordBytes+1),
	}
	for name, data := range cases {
		if _, err := wire.DecodeRecord(data); !errors.Is(err, wire.ErrNotStrict) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFieldOfAnotherTypeIsAnError(t *testing.T) {
	for key, value := range map[uint64]any{1: uint64(7), 6: uint64(1 << 16), 7: "large", 17: uint64(1 << 63)} {
		data := rewritten(t, entry(), func(items []any, fields map[any]any) []any {
			fields[key] = value
			return items
		})
		if got, err := wire.DecodeRecord(data); err == nil {
			t.Errorf("field %d = %v was taken: %+v", key, value, got)
		}
	}
}

func TestWriterHoldsTheReadersLimits(t *testing.T) {
	note := func(text string) fact.Record {
		return fact.Record{Fact: fact.HoldStarted{Note: text, Actor: strings.Repeat("a", wire.MaxRecordTextBytes)}}
	}
	longest := strings.Repeat("n", wire.MaxRecordTextBytes)
	if _, err := wire.DecodeRecord(encode(t, note(longest))); err != nil {
		t.Errorf("the longest text: %v", err)
	}
	for name, record := range map[string]fact.Record{
		"text too long": note(longest + "n"),
		"not UTF-8":     note("caf\xe9"),
		"record too long": {Fact: fact.EntryGranted{Gate: fact.GateID(longest), Ticket: fact.TicketID(longest),
			Plate: fact.Plate(longest), PlateRaw: longest}},
	} {
		buf := []byte("before")
		got, err := wire.EncodeRecord(buf, record)
		if !errors.Is(err, wire.ErrNotStrict) || string(got) != "before" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := wire.EncodeRecord(nil, fact.Record{}); !errors.Is(err, wire.ErrNoFact) {
		t.Errorf("no fact: %v", err)
	}
}

func FuzzDecodeRecord(f *testing.F) {
	for _, zero := range fact.Types() {
		f.Add(encode(f, fact.Record{Dot: entry().Dot, At: entry().At, Fact: filled(zero)}))
	}
	// A field of no release in place of one that is always written: as long as what it becomes, and other bytes.
	swapped, err := hex.DecodeString("8a0118651b30303030303030301930301b30303030303030301a30303030000002a600503030303030303030303030303030303002643030303003643030303004633030300563303030066430303030")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(swapped)
	f.Fuzz(func(t *testing.T, data []byte) {
		record, err := wire.DecodeRecord(data)
		if err != nil {
			return
		}
		again, err := wire.EncodeRecord(nil, record)
		if len(again) == 0 && len(data) > wire.MaxRecordBytes-64 {
			return // a field that is always written may have been missing, and leaves no room
		}
		if err != nil {
			t.Fatalf("%x decodes but does not encode: %v", data, err)
		}
		// Unknown fields and fields spelled out as zero may be lost, and one that is always written may be added: from then on
		// nothing changes any more.
		same, err := wire.DecodeRecord(again)
		if err != nil || same != record {
			t.Fatalf("%+v became %+v, %v", record, same, err)
		}
		if once, err := wire.EncodeRecord(nil, same); err != nil || !bytes.Equal(once, again) {
			t.Fatalf("%x became %x, %v", again, once, err)
		}
	})
}
