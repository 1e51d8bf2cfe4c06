package wire_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
	"pgregory.net/rapid"
)

// shelf stands for a state record: all that such records are made of.
type shelf struct {
	Name   string            `cbor:"1,keyasint,omitempty"`
	At     fact.Stamp        `cbor:"2,keyasint"`
	Places []place           `cbor:"3,keyasint"`
	Labels map[string]uint16 `cbor:"4,keyasint,omitempty"`
	Bits   []byte            `cbor:"5,keyasint"`
	Next   *place            `cbor:"6,keyasint"`
}

type place struct {
	Number int64           `cbor:"1,keyasint,omitempty"`
	Status fact.SpotStatus `cbor:"2,keyasint,omitempty"`
}

func drawnShelf(t *rapid.T) shelf {
	places := rapid.Custom(func(t *rapid.T) place {
		return place{Number: rapid.Int64().Draw(t, "number"), Status: fact.SpotStatus(rapid.Uint8().Draw(t, "status"))}
	})
	return shelf{
		Name:   rapid.String().Draw(t, "name"),
		At:     drawnStamp(t),
		Places: rapid.SliceOf(places).Draw(t, "places"),
		Labels: rapid.MapOfN(rapid.StringN(0, 5, -1), rapid.Uint16(), 1, 30).Draw(t, "labels"),
		Bits:   rapid.SliceOf(rapid.Byte()).Draw(t, "bits"),
		Next:   rapid.Ptr(places, true).Draw(t, "next"),
	}
}

func TestEqualValuesHaveEqualBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := drawnShelf(t)
		data, err := wire.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		var got shelf
		if err := wire.Unmarshal(data, &got); err != nil {
			t.Fatal(err)
		}
		again, err := wire.Marshal(&got)
		if err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%x became %x, %v", data, again, err)
		}
	})
}

func TestNilAndEmptyListsAreTheSame(t *testing.T) {
	none, err := wire.Marshal(shelf{})
	if err != nil {
		t.Fatal(err)
	}
	empty, err := wire.Marshal(shelf{Places: []place{}, Bits: []byte{}})
	if err != nil || !bytes.Equal(none, empty) {
		t.Errorf("%x and %x, %v", none, empty, err)
	}
}

func TestValuesThatAreNotStrictAreNotWritten(t *testing.T) {
	deep := any("bottom")
	for range wire.MaxValueDepth + 1 {
		deep = []any{deep}
	}
	for name, value := range map[string]any{
		"float":         1.5,
		"not UTF-8":     "\xff",
		"text too long": strings.Repeat("x", wire.MaxValueTextBytes+1),
		"too long":      make([]byte, wire.MaxValueBytes),
		"too deep":      deep,
	} {
		if data, err := wire.Marshal(value); err == nil {
			t.Errorf("%s: wrote %d bytes", name, len(data))
		}
	}
	if data, err := wire.Marshal(func() {}); err == nil {
		t.Errorf("a function became %x", data)
	}
}

func TestOtherSpellingsAreRefused(t *testing.T) {
	for spelling, text := range map[string]string{
		"nothing":                "",
		"7 in two bytes":         "1807",
		"255 in three bytes":     "1900ff",
		"65535 in five bytes":    "1a0000ffff",
		"2^32-1 in nine bytes":   "1b00000000ffffffff",
		"-1 in two bytes":        "3800",
		"text length too long":   "780161",
		"array length too long":  "980101",
		"map length too long":    "b8010101",
		"reserved head":          "1c",
		"cut off number":         "1901",
		"cut off text":           "6261",
		"cut off array":          "8201",
		"cut off map":            "a101",
		"array beyond the input": "9affffffff",
		"map beyond the input":   "baffffffff",
		"text beyond the input":  "7bffffffffffffffff",
		"keys out of order":      "a202010101",
		"key twice":              "a201010102",
		"key twice as text":      "a2616101616102",
		"longer key first":       "a21818010101",
		"two items":              "0101",
		"text not UTF-8":         "61ff",
		"simple value in two":    "f818",
		"break alone":            "ff",
	} {
		data, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		var got any
		if err := wire.Unmarshal(data, &got); !errors.Is(err, wire.ErrNotStrict) {
			t.Errorf("%s: %v, %v", spelling, got, err)
		}
	}
}

func TestUnmarshalReportsAnotherType(t *testing.T) {
	data, err := wire.Marshal(map[uint64]any{1: uint64(5)})
	if err != nil {
		t.Fatal(err)
	}
	var got shelf
	if err := wire.Unmarshal(data, &got); err == nil || errors.Is(err, wire.ErrNotStrict) {
		t.Errorf("got %v", err)
	}
}

// The examples of the standard: those in deterministic form and of our data types come back byte for byte, the
// others are refused.
func TestExamplesOfTheStandard(t *testing.T) {
	text, err := os.ReadFile("testdata/rfc8949/appendix-a.json")
	if err != nil {
		t.Skipf("no RFC 8949 examples: %v", err)
	}
	var examples []struct {
		Hex       string
		Roundtrip bool
	}
	if err := json.Unmarshal(text, &examples); err != nil {
		t.Fatal(err)
	}
	taken := 0
	for _, example := range examples {
		data, err := hex.DecodeString(example.Hex)
		if err != nil {
			t.Fatal(err)
		}
		var value any
		err = wire.Unmarshal(data, &value)
		if strict := example.Roundtrip && !foreign(data[0]); strict != (err == nil) {
			t.Errorf("%s: %v, %v", example.Hex, value, err)
		}
		if err != nil {
			continue
		}
		taken++
		if again, err := wire.Marshal(value); err != nil || !bytes.Equal(again, data) {
			t.Errorf("%s became %x, %v", example.Hex, again, err)
		}
	}
	if len(examples) != 82 || taken != 37 {
		t.Errorf("%d examples, %d taken", len(examples), taken)
	}
}

// foreign reports whether an example begins with a data type that we don't use: a tag, a float, undefined, a
// simple value without a name.
func foreign(first byte) bool {
	return first>>5 == 6 || first >= 0xf7 || first == 0xf0
}

func FuzzUnmarshal(f *testing.F) {
	data, err := wire.Marshal(shelf{Name: "a", Places: []place{{Number: -3}}, Labels: map[string]uint16{"x": 1}, Next: &place{}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte{0xa2, 0x01, 0x82, 0x20, 0xf6, 0x20, 0x61, 0x61})
	f.Fuzz(func(t *testing.T, data []byte) {
		var known shelf
		_ = wire.Unmarshal(data, &known)
		var value any
		if wire.Unmarshal(data, &value) != nil {
			return
		}
		if again, err := wire.Marshal(value); err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%x became %x, %v", data, again, err)
		}
	})
}
