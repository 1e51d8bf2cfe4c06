package sign_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/sign"
)

func TestGoldenFrames(t *testing.T) {
	for text, frame := range map[string]sign.Frame{
		"3A00780301B60A": {Colour: drivers.ColourGreen, Count: 888}, // maker's protocol sheet
		"3A020000013D0A": {Colour: drivers.ColourRed, Count: 0},
		"3A013A0A01800A": {Colour: drivers.ColourYellow, Count: 0x0A3A}, // head and tail as data
	} {
		want, _ := hex.DecodeString(text)
		if got := sign.Encode(frame); !bytes.Equal(got, want) {
			t.Errorf("%+v is %X, want %s", frame, got, text)
		}
		if got, used, found := sign.Parse(want); !found || got != frame || used != len(want) {
			t.Errorf("%s is %+v, %d bytes, %v", text, got, used, found)
		}
	}
}

// A frame behind noise, and in pieces, is found whole. (Noise that begins a frame of its own may swallow bytes; the
// frame sent again is then found.)
func TestAFrameIsFoundBehindNoise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		frame := sign.Frame{Colour: drivers.Colour(rapid.IntRange(0, 2).Draw(t, "colour")), Count: rapid.Uint16().Draw(t, "count")}
		noise := rapid.SliceOfN(rapid.ByteRange(0x40, 0xFF), 0, 12).Draw(t, "noise")
		stream := append(noise, sign.Encode(frame)...)
		cut := rapid.IntRange(0, len(stream)).Draw(t, "cut")
		_, used, early := sign.Parse(stream[:cut])
		got, usedThen, found := sign.Parse(stream[used:])
		if early {
			got, found = frame, cut == len(stream)
		}
		if !found || got != frame || (!early && used+usedThen != len(stream)) {
			t.Fatalf("%X cut at %d: %+v, %v", stream, cut, got, found)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(sign.Encode(sign.Frame{Count: 888}))
	f.Add([]byte{0x3A, 0x3A, 0x00, 0x78, 0x03, 0x01, 0xB6, 0x0A})
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, used, found := sign.Parse(data)
		if used < 0 || used > len(data) {
			t.Fatalf("%X: used %d", data, used)
		}
		if found && !bytes.HasSuffix(data[:used], sign.Encode(frame)) {
			t.Errorf("%X: %+v is not what stands there", data, frame)
		}
		if !found && len(data)-used >= 7 {
			t.Errorf("%X: no frame, and yet %d bytes are kept", data, len(data)-used)
		}
	})
}

func TestSignKeepsTheContract(t *testing.T) {
	drivertest.TestDisplay(t, func() drivertest.DisplayBench {
		host, simulator := newBench()
		return drivertest.DisplayBench{
			Bench: drivertest.Bench{
				Driver: sign.Driver(), Host: host, Names: []string{"uart1"}, Far: simulator.Run,
				Settings: drivers.Settings{"port": "uart1", "baud": int64(9600), "digits": int64(3), "blank_count": int64(65535)},
			},
			Shown: func() string { return shown(simulator) },
		}
	})
}

func newBench() (*drivertest.Host, *sign.Simulator) {
	host := drivertest.NewHost()
	return host, sign.NewSimulator(host.Wire("uart1").Far(), 3)
}

func shown(simulator *sign.Simulator) string {
	number, colour := simulator.Shown()
	return fmt.Sprintf("%s/%d", number, colour)
}

func TestWhatADriverReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, simulator := newBench()
		go simulator.Run()
		device, err := sign.Driver().Make(host, drivers.Settings{"port": "uart1"})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			face drivers.Face
			want string
		}{
			{drivers.Face{Count: 42}, "42/0"},
			{drivers.Face{Count: 0, Colour: drivers.ColourRed}, "0/2"},
			{drivers.Face{Count: 1234, Colour: drivers.ColourYellow}, "999/1"},
			{drivers.Face{Count: 7, Unknown: true}, "/0"},
			{drivers.Face{Count: -3, Colour: 9}, "0/2"},
		} {
			if err := device.(drivers.Display).Show(t.Context(), c.face); err != nil {
				t.Error(err)
			}
			synctest.Wait()
			if got := shown(simulator); got != c.want {
				t.Errorf("%+v shows %q, want %q", c.face, got, c.want)
			}
		}
		host.Close()
	})
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	drivertest.TestRefused(t, sign.Driver(), map[string]drivers.Settings{
		"port is missing: write the name":                                        {},
		"port = true: write a text":                                              {"port": true},
		"baud = \"fast\": write a whole number":                                  {"port": "a", "baud": "fast"},
		"digits = 5: write 1 to 4":                                               {"port": "a", "digits": int64(5)},
		"blank_count = 99: write a count that the sign can't draw, 100 to 65535": {"port": "a", "digits": int64(2), "blank_count": int64(99)},
	})
}
