package credentials_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gatehouse/drivers"
	"gatehouse/drivers/credentials"
	"gatehouse/sync/fact"
)

func bitsOf(t testing.TB, text string) (uint64, int) {
	value, err := strconv.ParseUint(text, 2, 64)
	if err != nil {
		t.Fatal(err)
	}
	return value, len(text)
}

func TestGoldenCards(t *testing.T) {
	for text, want := range map[string]credentials.Card{
		"00000110000001101100000001": {Bits: 26, Facility: 12, Number: 3456},  // layout: ESPHome, component wiegand
		"10111101100010001110101110": {Bits: 26, Facility: 123, Number: 4567}, // Proxmark3, wiegand decode --raw 2006F623AE (H10301)
		// worked out by hand from the formats' definitions
		"1" + "0000000000000001" + "0000000000000001" + "0":    {Bits: 34, Facility: 1, Number: 1},
		"1" + "0000000000000001" + "0000000000000000001" + "0": {Bits: 37, Facility: 1, Number: 1},
	} {
		value, count := bitsOf(t, text)
		got, err := credentials.DecodeCard(value, count)
		if err != nil || got != want {
			t.Errorf("%s is %+v, %v: want %+v", text, got, err, want)
		}
		if again, n := credentials.EncodeCard(want); again != value || n != count {
			t.Errorf("%+v is %b, want %s", want, again, text)
		}
	}
}

// Any one bit that is read wrong is found; what is sent arrives.
func TestAWrongBitIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		card := credentials.Card{Bits: rapid.SampledFrom([]int{26, 34, 37}).Draw(t, "bits")}
		card.Facility = rapid.Uint32Max(map[int]uint32{26: 1<<8 - 1, 34: 1<<16 - 1, 37: 1<<16 - 1}[card.Bits]).Draw(t, "facility")
		card.Number = rapid.Uint32Max(map[int]uint32{26: 1<<16 - 1, 34: 1<<16 - 1, 37: 1<<19 - 1}[card.Bits]).Draw(t, "number")
		value, count := credentials.EncodeCard(card)
		if got, err := credentials.DecodeCard(value, count); err != nil || got != card {
			t.Fatalf("%+v came as %+v, %v", card, got, err)
		}
		wrong := rapid.IntRange(0, count-1).Draw(t, "wrong")
		if _, err := credentials.DecodeCard(value^1<<wrong, count); !errors.Is(err, credentials.ErrParity) {
			t.Fatalf("%+v with bit %d wrong: %v", card, wrong, err)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add(uint64(0x1818301), 26)
	f.Add(uint64(0xE1), 8)
	f.Fuzz(func(t *testing.T, value uint64, count int) {
		if card, err := credentials.DecodeCard(value, count); err == nil {
			if again, n := credentials.EncodeCard(card); again != value&(1<<count-1) || n != count {
				t.Errorf("%b (%d): %+v is %b", value, count, card, again)
			}
		}
		if key, err := credentials.DecodeKey(value, count); err == nil && credentials.EncodeKey(key, count) != value {
			t.Errorf("%b (%d) is key %q", value, count, key)
		}
	})
}

func TestACodeIsTyped(t *testing.T) {
	for typed, want := range map[string]string{
		"1234#": "1234", "12*34#": "34", "#": "", "1#2#": "1 2", "12345678901234567#": "", "12345678901234567#99#": "99",
		"12 34#": "34", // a pause of more than 10 s
	} {
		var keypad credentials.Keypad
		now, got := time.Unix(1, 0), ""
		for _, key := range []byte(typed) {
			now = now.Add(time.Second)
			if key == ' ' {
				now = now.Add(11 * time.Second)
				continue
			}
			if code, complete := keypad.Press(key, now); complete && got != "" {
				got += " " + code
			} else if complete {
				got = code
			}
		}
		if got != want {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
}

func TestCodesAndRepeats(t *testing.T) {
	if got := credentials.Code("R77"); got.Kind != fact.CredentialReservation {
		t.Errorf("R77 is %+v", got)
	}
	if credentials.Readable("") || credentials.Readable("a\x07") || credentials.Readable("\xFF") || !credentials.Readable("Größe") {
		t.Error("what is readable")
	}
	var repeats credentials.Repeats
	now := time.Unix(1, 0)
	for i, c := range []struct {
		shown drivers.Shown
		after time.Duration
		same  bool
	}{
		{credentials.Code("T1"), 0, false}, {credentials.Code("T1"), time.Second, true}, {credentials.Code("T1"), 1900 * time.Millisecond, true},
		{credentials.Code("T2"), 0, false}, {credentials.Code("T2"), 2 * time.Second, false},
		{drivers.Shown{Button: drivers.ButtonHelp}, 0, false}, {drivers.Shown{Button: drivers.ButtonHelp}, 0, false},
	} {
		now = now.Add(c.after)
		if repeats.Seen(c.shown, now) != c.same {
			t.Errorf("step %d: want same %v", i, c.same)
		}
	}
}

func BenchmarkDecodeCard(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := credentials.DecodeCard(0b00000110000001101100000001, 26); err != nil {
			b.Fatal(err)
		}
	}
}
