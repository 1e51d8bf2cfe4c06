package textsign_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/textsign"
)

// The frames that public programs for the AM03127 have as their examples.
func TestGoldenPackets(t *testing.T) {
	for _, c := range []struct {
		sign       byte
		text, want string
	}{
		{1, "message", "<ID01><L1><PA><FE><MA><WC><FE>message1F<E>"},
		{1, "bonjour", "<ID01><L1><PA><FE><MA><WC><FE>bonjour15<E>"},
	} {
		if got := string(textsign.Encode(c.sign, c.text)); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

func TestAnyTextArrives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[ -;=?-~]{0,80}`).Draw(t, "text")
		noise := rapid.StringMatching(`[a-z>]{0,20}`).Draw(t, "noise")
		data := append([]byte(noise), textsign.Encode(7, text)...)
		p, used, found, err := textsign.Parse(data)
		if !found || err != nil || p != (textsign.Packet{Sign: 7, Text: text}) || used != len(data) {
			t.Fatalf("%q: %+v, %d of %d, %v", data, p, used, len(data), err)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(textsign.Encode(1, "message"))
	f.Add([]byte("<ID<ID01><L1>xx<E>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, used, found, err := textsign.Parse(data)
		if used < 0 || used > len(data) || found && err != nil || err != nil && used == 0 {
			t.Fatalf("%q: used %d, %v, %v", data, used, found, err)
		}
		if _, _, again, _ := textsign.Parse(textsign.Encode(p.Sign, p.Text)); found && !again {
			t.Errorf("%q: %+v does not come back", data, p)
		}
	})
}

func newBench(id byte) (drivertest.Bench, *textsign.Simulator) {
	host := drivertest.NewHost()
	simulator := textsign.NewSimulator(host.Wire("uart1").Far(), max(id, 1))
	return drivertest.Bench{
		Driver: textsign.Driver(), Host: host, Names: []string{"uart1"}, Far: simulator.Run,
		Settings: drivers.Settings{"port": "uart1", "baud": int64(9600), "id": int64(id)},
	}, simulator
}

func TestSignKeepsTheContract(t *testing.T) {
	for _, id := range []byte{0, 5} {
		drivertest.TestDisplay(t, func() drivertest.DisplayBench {
			b, simulator := newBench(id)
			return drivertest.DisplayBench{Bench: b, Shown: simulator.Shown}
		})
	}
}

// Refusals, silence, babble and a foreign sign: each an error or a counted fault, and the next face is shown.
func TestTroubles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, simulator := newBench(5)
		device, err := b.Driver.Make(b.Host, b.Settings)
		if err != nil {
			t.Fatal(err)
		}
		show := func() error {
			return device.(drivers.Display).Show(t.Context(), drivers.Face{Lines: []string{"a <b>", "Größe"}})
		}
		if err := show(); !errors.Is(err, drivers.ErrOffline) {
			t.Errorf("nobody there: %v", err)
		}
		go simulator.Run()
		time.Sleep(time.Second)
		simulator.SetRefuses(true)
		if err := show(); err == nil {
			t.Error("a refusal was success")
		}
		simulator.SetRefuses(false)
		_, _ = b.Host.Wire("uart1").Far().Write([]byte("babble \x00\xFF"))
		if err := show(); err != nil || simulator.Shown() != "a (b) Gr??e" {
			t.Errorf("%q, %v", simulator.Shown(), err)
		}
		if device.(*textsign.Sign).Skipped() == 0 {
			t.Error("babble was not counted")
		}
		b.Host.Close()
	})
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	drivertest.TestRefused(t, textsign.Driver(), map[string]drivers.Settings{
		"port is missing: write the name": {},
		"id = 256: write 0 to 255":        {"port": "a", "id": int64(256)},
	})
}
