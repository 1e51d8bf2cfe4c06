package wire_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

// messages is one of each type with all its fields set.
func messages(t testing.TB) []wire.Message {
	t.Helper()
	dot, at := entry().Dot, entry().At
	b := part(day(t, 40), 20, 12)
	b.Heard, b.Lost = wire.Heard{Epoch: 5, Round: 6}, 3
	signed(t, b.Sign(key()))
	ack := &wire.Ack{
		Location: "lot-1", Down: true, Epoch: 5, Nonce: 9, Round: 6, Marks: []wire.Mark{{Incarnation: 7, Applied: 8, Stable: 3}}, Rewind: dot,
		Credit: 4, Standing: wire.Fenced, Versions: wire.OwnVersions(), WaitMS: 20,
	}
	signed(t, ack.Sign(key()))
	document := policy.Document{
		Kind: policy.Tariff, Location: "lot-1", Version: 4, EffectiveFromMS: at.WallMS, Supersedes: 2, ReturnAfterMS: 600_000, Actor: "anna",
		Content: []byte("currency = \"EUR\""),
	}
	signed(t, document.Sign(key()))
	content := document.Content
	document.Content = nil
	command := policy.Command{
		ID: policy.Nonce{1}, Location: "lot-1", Incarnation: 7, Challenge: policy.Nonce{2}, Verb: policy.FreeExit, Gate: "out-1",
		Ticket: "T1", Actor: "anna", Reason: "machine ate the card",
	}
	signed(t, command.Sign(key()))
	snapshot := &wire.Snapshot{
		Location: "lot-1", Nonce: 3, Index: 1, Count: 2, Parent: dot, ParentHash: wire.Hash{4}, Records: [][]byte{encode(t, entry())},
		Inside: 12, Digest: wire.Hash{5},
	}
	signed(t, snapshot.Sign(key()))
	closed := &wire.SalesClosed{Location: "lot-1", Serial: 12, ThroughMS: at.WallMS}
	signed(t, closed.Sign(key()))
	return []wire.Message{
		&b,
		&wire.Hello{
			Location: "lot-1", Down: true, Nonce: 9, Versions: wire.OwnVersions(), Ask: []fact.Incarnation{7, 8}, Produced: dot, Waiting: 11, Program: "1.0.0",
		},
		ack,
		&wire.Live{
			Location: "lot-1", Incarnation: 7, Serial: 8, At: at,
			Types:  []wire.LiveType{{Type: fact.Regular, Total: 90, Available: 4, Occupied: 80, Reserved: 1, Held: 2, Maintenance: 2, Unknown: 1}},
			Inside: 83, Tickets: 82, Gates: []wire.LiveGate{{Gate: "in-1", Fault: fact.FaultLoopStuck, Held: true}}, Waiting: 4, OldestMS: 900,
			Program: "1.0.0", Site: "ab12", Alerts: []string{"loop_stuck"}, Revenue: 123_450,
		},
		&wire.Part{Header: document, Index: 0, Count: 1, Bytes: content},
		&wire.Challenge{Location: "lot-1", ID: policy.Nonce{1}, Incarnation: 7, Challenge: policy.Nonce{2}},
		&wire.Command{Command: command},
		&wire.Result{
			Location: "lot-1", ID: policy.Nonce{1}, Kind: policy.Tariff, Version: 4, Code: wire.Refused, Note: "price the 25th hour", Dot: dot,
		},
		&wire.Wanted{
			Location: "lot-1", Have: []policy.Version{{Kind: policy.Tariff, Version: 3}},
			Overrides: []policy.LocalState{{Kind: policy.Settings, Override: policy.Override{Version: 2, Base: 1, Actor: "tim", Content: []byte("x = 1")}}},
			Snapshot:  true, Part: 1, Nonce: 3,
		},
		snapshot,
		closed,
	}
}

func signed(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const goldenMessages = "testdata/messages-v1.txt"

// Each line of the golden file is a message as some release wrote it. A line is never changed or removed.
func TestMessagesOfEveryReleaseKeepTheirMeaning(t *testing.T) {
	text, err := os.ReadFile(goldenMessages)
	if err != nil && !(*rewrite && os.IsNotExist(err)) {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for _, m := range messages(t) {
		data, err := wire.EncodeMessage(m)
		if err != nil {
			t.Fatal(err)
		}
		line := fmt.Sprintf("%s %x", reflect.TypeOf(m).Elem().Name(), data)
		if !slices.Contains(lines, line) && !*rewrite {
			t.Errorf("not in %s: %s\nIf a field is new, append it with -rewrite.", goldenMessages, line)
		} else if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	if *rewrite {
		if err := os.WriteFile(goldenMessages, []byte(strings.TrimSpace(strings.Join(lines, "\n"))+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range lines {
		name, coded, _ := strings.Cut(line, " ")
		data, err := hex.DecodeString(coded)
		if err != nil {
			t.Fatal(err)
		}
		m, err := wire.DecodeMessage(data)
		if err != nil || reflect.TypeOf(m).Elem().Name() != name {
			t.Errorf("%s: %T, %v", name, m, err)
			continue
		}
		if again, err := wire.EncodeMessage(m); err != nil || !bytes.Equal(again, data) {
			t.Errorf("%s: bytes %x became %x, %v", name, data, again, err)
		}
	}
}

func TestEveryMessageComesBackAsItWas(t *testing.T) {
	for _, m := range messages(t) {
		data, err := wire.EncodeMessage(m)
		if err != nil {
			t.Fatal(err)
		}
		back, err := wire.DecodeMessage(data)
		if err != nil || !reflect.DeepEqual(back, m) {
			t.Errorf("%T: %+v became %+v, %v", m, m, back, err)
		}
		for n := range data {
			if _, err := wire.DecodeMessage(data[:n]); err == nil {
				t.Errorf("%T: the first %d of %d bytes are a message", m, n, len(data))
			}
		}
	}
}

func TestHistoryIsToldByItsFirstBytes(t *testing.T) {
	for _, m := range messages(t) {
		data, err := wire.EncodeMessage(m)
		if err != nil {
			t.Fatal(err)
		}
		_, isBatch := m.(*wire.Batch)
		_, isHello := m.(*wire.Hello)
		if wire.IsHistory(data) != (isBatch || isHello) {
			t.Errorf("%T", m)
		}
	}
	for _, rubbish := range [][]byte{nil, {0x83}, {0x83, 1}, {0xff, 1, 1}, []byte("online")} {
		if wire.IsHistory(rubbish) {
			t.Errorf("%x", rubbish)
		}
	}
}

func TestBothAnOlderAndANewerPeerSurvive(t *testing.T) {
	for _, m := range messages(t) {
		data, err := wire.EncodeMessage(m)
		if err != nil {
			t.Fatal(err)
		}
		longer := slices.Concat([]byte{0x84}, data[1:], []byte{0x63, 'n', 'e', 'w'}) // an item after the third
		if back, err := wire.DecodeMessage(longer); err != nil || !reflect.DeepEqual(back, m) {
			t.Errorf("%T with an item of next year: %v", m, err)
		}
		newer := slices.Concat([]byte{0x83, wire.ProtocolVersion + 1}, data[2:])
		if _, err := wire.DecodeMessage(newer); !errors.Is(err, wire.ErrNewerMessage) {
			t.Errorf("%T of a newer version: %v", m, err)
		}
		unknown := slices.Concat([]byte{0x83, 0x01, 0x18, 0x63}, data[3:])
		if _, err := wire.DecodeMessage(unknown); !errors.Is(err, wire.ErrNewerMessage) {
			t.Errorf("a type of next year: %v", err)
		}
	}
	old, new := wire.Versions{Oldest: 1, Newest: 2}, wire.Versions{Oldest: 2, Newest: 5}
	if version, ok := old.Common(new); !ok || version != 2 {
		t.Errorf("common version %d, %v", version, ok)
	}
	if _, ok := old.Common(wire.Versions{Oldest: 3, Newest: 3}); ok {
		t.Error("no version is common, and one was found")
	}
}

func TestSignaturesOfMessagesHold(t *testing.T) {
	keys := policy.Keys{key().Public()}
	for _, m := range messages(t) {
		switch m := m.(type) {
		case *wire.Ack:
			signed(t, m.Verify(keys))
			m.Marks[0].Stable++
			if m.Verify(keys) == nil {
				t.Error("a watermark can be changed")
			}
		case *wire.Snapshot:
			signed(t, m.Verify(keys))
			m.Records[0][3] ^= 1
			if m.Verify(keys) == nil {
				t.Error("a snapshot can be changed")
			}
		case *wire.SalesClosed:
			signed(t, m.Verify(keys))
			m.ThroughMS++
			if m.Verify(keys) == nil {
				t.Error("the time until which sales are closed can be changed")
			}
		}
	}
}

func TestMessagesBeyondTheLimitsAreRefused(t *testing.T) {
	records := make([][]byte, wire.BatchMaxRecords+1)
	for i := range records {
		records[i] = []byte{0}
	}
	for name, m := range map[string]wire.Message{
		"no location":      &wire.Hello{Nonce: 1},
		"no nonce":         &wire.Hello{Location: "l"},
		"long location":    &wire.Ack{Location: fact.LocationID(strings.Repeat("l", 65))},
		"too many marks":   &wire.Ack{Location: "l", Marks: make([]wire.Mark, wire.MarksMax+1)},
		"too many gates":   &wire.Live{Location: "l", Gates: make([]wire.LiveGate, wire.LiveGatesMax+1)},
		"part of none":     &wire.Part{},
		"too large a part": &wire.Part{Count: 1, Bytes: make([]byte, wire.PartMaxBytes+1)},
		"empty batch":      &wire.Batch{Location: "l", First: 1},
		"batch from 0":     &wire.Batch{Location: "l", Records: records[:1]},
		"more than there":  &wire.Batch{Location: "l", First: 3, Lost: 3, Records: records[:1]},
		"too many facts":   &wire.Batch{Location: "l", First: 1, Records: records},
		"seq runs over":    &wire.Batch{Location: "l", First: 1<<64 - 1, Records: records[:2]},
	} {
		if data, err := wire.EncodeMessage(m); !errors.Is(err, wire.ErrNotStrict) {
			t.Errorf("%s: %d bytes, %v", name, len(data), err)
		}
	}
}

// A batch is cut to what fits, also if nothing in it can be compressed.
func TestABatchIsCutToFit(t *testing.T) {
	b := wire.Batch{Location: "l", Incarnation: 1, First: 1}
	state := uint64(1)
	for range 100 {
		record := make([]byte, 3_000)
		for i := range record {
			state = state*6364136223846793005 + 1442695040888963407
			record[i] = byte(state >> 56)
		}
		b.Records = append(b.Records, record)
	}
	data, err := wire.PackBatch(&b, key())
	if err != nil || len(data) > wire.MessageMaxBytes || len(b.Records) < 16 {
		t.Fatalf("%d bytes with %d records, %v", len(data), len(b.Records), err)
	}
	if back := decodeBatch(t, data); len(back.Records) != len(b.Records) || back.Verify(policy.Keys{key().Public()}) != nil {
		t.Error("what was cut doesn't hold")
	}
}

func FuzzDecodeMessage(f *testing.F) {
	for _, m := range messages(f) {
		data, err := wire.EncodeMessage(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	all := day(f, 300)
	for _, count := range []int{1, 70, 300} {
		b := part(all, 0, count)
		data, err := wire.EncodeMessage(&b)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := wire.DecodeMessage(data)
		if err != nil {
			return
		}
		again, err := wire.EncodeMessage(m)
		if err != nil {
			if _, is := m.(*wire.Batch); is {
				return // another form of the same batch may have been smaller
			}
			t.Fatalf("%x decodes but does not encode: %v", data, err)
		}
		same, err := wire.DecodeMessage(again)
		if err != nil {
			t.Fatalf("%x became %x: %v", data, again, err)
		}
		if twice, err := wire.EncodeMessage(same); err != nil || !bytes.Equal(twice, again) {
			t.Fatalf("%x became %x and then %x, %v", data, again, twice, err)
		}
	})
}
