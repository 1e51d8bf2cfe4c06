package pca9548_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/pca9548"
)

// label is a chip that says one byte, and counts what is written to it.
type label struct {
	says   byte
	writes int
}

func (l *label) Tx(write, read []byte) error {
	if len(write) > 0 {
		l.writes++
	}
	for i := range read {
		read[i] = l.says
	}
	return nil
}

// twins is a bus with two multiplexers, a chip of one address behind each of their channels, and one on the bus itself.
type twins struct {
	bus   *drivertest.Bus
	tree  *pca9548.Tree
	muxes map[uint16]*pca9548.Simulator
	chips map[drivers.I2CPlace]*label
}

const (
	shared = 0x1E
	alone  = 0x68
)

var errDown = errors.New("the bus is held low")

func newTwins() *twins {
	w := &twins{
		bus:   drivertest.NewHost().FakeI2C("i2c1"),
		muxes: map[uint16]*pca9548.Simulator{0x70: {}, 0x71: {}}, chips: map[drivers.I2CPlace]*label{},
	}
	w.restart()
	for address, mux := range w.muxes {
		w.bus.Attach(address, mux)
		for channel := range drivers.MultiplexerChannels {
			chip := &label{says: byte(address)<<4 | byte(channel)}
			mux.Attach(channel, shared, chip)
			w.chips[behind(address, channel)] = chip
		}
	}
	w.bus.Attach(alone, &label{says: 0xA5})
	return w
}

// restart is the next life of the gateway, which knows nothing of the one before.
func (w *twins) restart() {
	w.tree = &pca9548.Tree{Absent: func(err error) bool { return !errors.Is(err, errDown) }}
	w.tree.Add(0x71)
	w.tree.Add(0x70)
}

func behind(mux uint16, channel int) drivers.I2CPlace {
	return drivers.I2CPlace{Address: shared, Multiplexer: mux, Channel: channel}
}

func (w *twins) read(at drivers.I2CPlace) (byte, error) {
	var said [1]byte
	err := w.tree.Tx(w.bus.Transact, at, []byte{0}, said[:])
	return said[0], err
}

func (w *twins) wantRead(t *testing.T, at drivers.I2CPlace) {
	t.Helper()
	if said, err := w.read(at); err != nil || said != w.chips[at].says {
		t.Errorf("channel %d of 0x%02X says 0x%02X, %v: want 0x%02X", at.Channel, at.Multiplexer, said, err, w.chips[at].says)
	}
}

func TestChipsOfOneAddressBehindTwoMultiplexers(t *testing.T) {
	w := newTwins()
	for channel := range drivers.MultiplexerChannels {
		for mux := range w.muxes {
			w.wantRead(t, behind(mux, channel))
		}
	}
	if said, err := w.read(drivers.I2CPlace{Address: alone}); err != nil || said != 0xA5 {
		t.Errorf("the chip on the bus itself: 0x%02X, %v", said, err)
	}
	if w.muxes[0x70].Connected()|w.muxes[0x71].Connected() != 0 {
		t.Error("a channel was connected while a chip on the bus itself was used")
	}
	w.wantRead(t, behind(0x71, 2))
	if err := w.tree.Rest(w.bus.Transact); err != nil || w.muxes[0x71].Connected() != 0 {
		t.Errorf("at rest 0x%02X is connected, %v", w.muxes[0x71].Connected(), err)
	}
	if w.bus.Crowded() != 0 {
		t.Errorf("two chips answered %d transactions", w.bus.Crowded())
	}
}

// What another life of the gateway, or a dip of the supply, left connected is disconnected before anything is read.
func TestWhatWasLeftConnectedIsDisconnectedFirst(t *testing.T) {
	w := newTwins()
	w.muxes[0x70].PowerUp(0xFF)
	w.muxes[0x71].PowerUp(0xFF)
	w.wantRead(t, behind(0x70, 3))
	w.wantRead(t, behind(0x71, 3))
	w.restart()
	w.wantRead(t, behind(0x70, 5))
	if w.bus.Crowded() != 0 {
		t.Errorf("two chips answered %d transactions", w.bus.Crowded())
	}
}

// One that is pulled out takes what is behind it with it, and nothing else. When it is back, each of its channels says once
// that it was reset.
func TestAMultiplexerThatIsPulledOut(t *testing.T) {
	w := newTwins()
	w.wantRead(t, behind(0x70, 1))
	w.wantRead(t, behind(0x71, 1))
	w.muxes[0x71].PullOut()
	w.wantRead(t, behind(0x70, 1))
	if _, err := w.read(behind(0x71, 1)); !errors.Is(err, pca9548.ErrAbsent) {
		t.Errorf("pulled out: %v", err)
	}
	w.wantRead(t, behind(0x70, 1))
	w.muxes[0x71].PowerUp(0xFF)
	w.wantRead(t, behind(0x70, 1))
	for _, channel := range []int{1, 4} {
		if _, err := w.read(behind(0x71, channel)); !errors.Is(err, pca9548.ErrReset) {
			t.Errorf("channel %d is back: %v", channel, err)
		}
		w.wantRead(t, behind(0x71, channel))
	}
	if w.bus.Crowded() != 0 {
		t.Errorf("two chips answered %d transactions", w.bus.Crowded())
	}
}

// tripwire does something in the middle of the next transaction with a chip.
func (w *twins) tripwire(do func()) pca9548.Transact {
	return func(address uint16, write, read []byte) error {
		if address == shared {
			do()
		}
		return w.bus.Transact(address, write, read)
	}
}

func TestAnAnswerIsNotBelievedWhenAMultiplexerSlippedMeanwhile(t *testing.T) {
	for name, c := range map[string]struct {
		slip func(w *twins)
		want error
		mux  string
	}{
		"the other one powers up with all channels":   {func(w *twins) { w.muxes[0x71].PowerUp(0xFF) }, pca9548.ErrCrossed, "multiplexer 0x71 was connected as well, so that two chips may have answered: check its supply and its plugs (its register says 0xFF where 0x00 was written)"},
		"its own one powers up with all channels":     {func(w *twins) { w.muxes[0x70].PowerUp(0xFF) }, pca9548.ErrReset, "its register says 0xFF where 0x04"},
		"its own one powers up with none":             {func(w *twins) { w.muxes[0x70].PowerUp(0) }, pca9548.ErrReset, "its register says 0x00 where 0x04"},
		"its own one is pulled out in mid-read":       {func(w *twins) { w.muxes[0x70].PullOut() }, pca9548.ErrAbsent, "multiplexer 0x70 does not acknowledge: check its power"},
		"its own one is back with another's channels": {func(w *twins) { w.muxes[0x70].PullOut(); w.muxes[0x70].PowerUp(0x81) }, pca9548.ErrReset, "0x81"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTwins()
			w.wantRead(t, behind(0x71, 2))
			w.wantRead(t, behind(0x70, 2))
			err := w.tree.Tx(w.tripwire(func() { c.slip(w) }), behind(0x70, 2), []byte{0}, make([]byte, 1))
			if !errors.Is(err, c.want) || !pca9548.Faulty(err) || !strings.Contains(err.Error(), c.mux) {
				t.Fatalf("error %v\nwant  %v, %s", err, c.want, c.mux)
			}
			w.muxes[0x70].PowerUp(0xFF)
			if _, err := w.read(behind(0x70, 2)); err != nil && !errors.Is(err, pca9548.ErrReset) {
				t.Errorf("afterwards: %v", err)
			}
			w.wantRead(t, behind(0x70, 2))
		})
	}
}

// A chip whose bus is held low through a channel: the error says which one was connected.
func TestABusThatIsHeldLowNamesTheChannel(t *testing.T) {
	w := newTwins()
	err := w.tree.Tx(func(address uint16, write, read []byte) error {
		if address == shared {
			return errDown
		}
		return w.bus.Transact(address, write, read)
	}, behind(0x70, 6), []byte{0}, nil)
	if !errors.Is(err, errDown) || pca9548.Faulty(err) || !strings.Contains(err.Error(), "with channel 6 of multiplexer 0x70 connected") {
		t.Errorf("error %v", err)
	}
	w.tree.Forget()
	w.wantRead(t, behind(0x71, 6))
}

// What is called a multiplexer and does not say what is written to it may connect anything: nothing of the bus is believed, and
// each fault names it.
func TestWhatIsNoMultiplexerIsNamed(t *testing.T) {
	w := newTwins()
	w.bus.Attach(0x76, &label{says: 0x60}) // a pressure sensor
	for _, at := range []drivers.I2CPlace{behind(0x76, 0), behind(0x70, 0), {Address: alone}, behind(0x70, 0), behind(0x71, 0)} {
		if _, err := w.read(at); !errors.Is(err, pca9548.ErrForeign) || !strings.Contains(err.Error(), "multiplexer 0x76 does not say what is written to it") {
			t.Errorf("%v: error %v", at, err)
		}
	}
	w.bus.Detach(0x76)
	w.wantRead(t, behind(0x70, 0))
}

// Whatever is pulled out, put back and restarted in whatever order, also in the middle of a transaction: what is read without
// an error is what the chip says that was asked.
func TestNoAnswerIsAnothers(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newTwins()
		trouble := func(label string) {
			mux := w.muxes[rapid.SampledFrom([]uint16{0x70, 0x71}).Draw(rt, label+" of")]
			switch rapid.SampledFrom([]string{"none", "none", "pull out", "power up", "glitch"}).Draw(rt, label) {
			case "pull out":
				mux.PullOut()
			case "power up", "glitch":
				mux.PowerUp(rapid.Byte().Draw(rt, label+" with"))
			}
		}
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			trouble("before")
			if rapid.IntRange(0, 9).Draw(rt, "restart") == 0 {
				w.restart()
			}
			at := behind(rapid.SampledFrom([]uint16{0x70, 0x71}).Draw(rt, "mux"), rapid.IntRange(0, drivers.MultiplexerChannels-1).Draw(rt, "channel"))
			crowdedBefore := w.bus.Crowded()
			var said [1]byte
			err := w.tree.Tx(w.tripwire(func() { trouble("meanwhile") }), at, []byte{0}, said[:])
			if err == nil && (said[0] != w.chips[at].says || w.bus.Crowded() != crowdedBefore) {
				rt.Fatalf("channel %d of 0x%02X says 0x%02X, and its chip 0x%02X", at.Channel, at.Multiplexer, said[0], w.chips[at].says)
			}
		}
		for address, mux := range w.muxes { // any order: each is put back
			mux.PowerUp(0)
			for range 2 {
				_, _ = w.read(behind(address, 0))
			}
			if said, err := w.read(behind(address, 0)); err != nil || said != w.chips[behind(address, 0)].says {
				rt.Fatalf("all is back, and 0x%02X says 0x%02X, %v", address, said, err)
			}
		}
	})
}

func TestPlacesThatClash(t *testing.T) {
	at := func(address, mux uint16, channel int) drivers.I2CPlace {
		return drivers.I2CPlace{Bus: "i2c1", Address: address, Multiplexer: mux, Channel: channel}
	}
	other := at(0x1E, 0, 0)
	other.Bus = "i2c3"
	for _, c := range []struct {
		a, b drivers.I2CPlace
		want string
	}{
		{at(0x1E, 0x70, 0), at(0x1E, 0x70, 1), ""},
		{at(0x1E, 0x70, 0), at(0x1E, 0x71, 0), ""},
		{at(0x1E, 0, 0), at(0x1C, 0x70, 0), ""},
		{at(0x1E, 0, 0), other, ""},
		{at(0x1E, 0x70, 2), at(0x1E, 0x70, 2), "I2C bus i2c1 address 0x1E behind channel 2 of multiplexer 0x70 is used twice"},
		{at(0x1E, 0, 0), at(0x1E, 0x70, 2), "0x1E is on I2C bus i2c1 itself and behind a multiplexer: both chips would answer"},
		{at(0x70, 0, 0), at(0x1E, 0x70, 2), "I2C bus i2c1 address 0x70 is the address of a multiplexer"},
		{at(0x71, 0x70, 0), at(0x1E, 0x71, 2), "is the address of a multiplexer"},
	} {
		for _, clash := range []string{c.a.Clash(c.b), c.b.Clash(c.a)} {
			if (clash == "") != (c.want == "") {
				t.Errorf("%v and %v: %q, want %q", c.a, c.b, clash, c.want)
			}
		}
		if clash := c.a.Clash(c.b); !strings.Contains(clash, c.want) {
			t.Errorf("%v and %v: %q, want %q", c.a, c.b, clash, c.want)
		}
		var claims pca9548.Claims
		if err := errors.Join(claims.Take(c.a), claims.Take(c.b)); (err == nil) != (c.want == "") {
			t.Errorf("%v and %v: %v", c.a, c.b, err)
		}
		claims.Release(c.a)
		if err := claims.Take(c.a); err != nil {
			t.Errorf("released: %v", err)
		}
	}
	for _, wrong := range []drivers.I2CPlace{at(0x07, 0, 0), at(0x78, 0, 0), at(0x1E, 0x6F, 0), at(0x1E, 0x70, 8), at(0x1E, 0x70, -1), at(0x70, 0x70, 0)} {
		if err := wrong.Valid(); !errors.Is(err, drivers.ErrSettings) {
			t.Errorf("%v: %v", wrong, err)
		}
	}
}
