package wire_test

import (
	"bytes"
	"testing"

	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
	"pgregory.net/rapid"
)

func TestADocumentComesTogetherFromItsParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(0, 4*wire.PartMaxBytes).Draw(t, "bytes")
		d := policy.Document{Kind: policy.Passes, Location: "l", Version: 1, Content: bytes.Repeat([]byte{7, 8, 9}, size/3)}
		if err := d.Sign(key()); err != nil {
			t.Fatal(err)
		}
		parts := wire.SplitDocument(d)
		order := rapid.Permutation(parts).Draw(t, "order")
		var a wire.Assembly
		for i, p := range order {
			data, err := wire.EncodeMessage(p)
			if err != nil {
				t.Fatal(err)
			}
			m, err := wire.DecodeMessage(data)
			if err != nil {
				t.Fatal(err)
			}
			got, done, err := a.Add(m.(*wire.Part))
			if err != nil || done != (i == len(order)-1) {
				t.Fatalf("part %d of %d: done %v, %v", i, len(order), done, err)
			}
			if !done {
				if _, again, err := a.Add(p); again || err != nil {
					t.Fatal("a part that came twice counts twice")
				}
				continue
			}
			if err := got.Verify(policy.Keys{key().Public()}); err != nil || !bytes.Equal(got.Content, d.Content) {
				t.Fatalf("%d bytes of %d, %v", len(got.Content), len(d.Content), err)
			}
		}
	})
}

func TestPartsOfAnotherDocumentBeginAnew(t *testing.T) {
	var a wire.Assembly
	first := policy.Document{Kind: policy.Passes, Location: "l", Version: 1, Content: make([]byte, 2*wire.PartMaxBytes)}
	second := policy.Document{Kind: policy.Tariff, Location: "l", Version: 2, Content: []byte("x")}
	for _, d := range []*policy.Document{&first, &second} {
		if err := d.Sign(key()); err != nil {
			t.Fatal(err)
		}
	}
	if _, done, err := a.Add(wire.SplitDocument(first)[0]); done || err != nil {
		t.Fatal(done, err)
	}
	if got, done, err := a.Add(wire.SplitDocument(second)[0]); !done || err != nil || got.Version != 2 {
		t.Errorf("%+v, %v, %v", got, done, err)
	}
	if _, _, err := a.Add(&wire.Part{Index: 3, Count: 2}); err == nil {
		t.Error("a part beyond the count")
	}
}
