package osdp_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gatehouse/drivers"
	"gatehouse/drivers/credentials"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/osdp"
)

func bytesOf(t testing.TB, text string) []byte {
	data, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestGoldenPackets(t *testing.T) {
	for text, want := range map[string]osdp.Packet{
		"53 00 08 00 04 60 EB AA":                {Code: osdp.CodePoll},                                                               // libosdp, doc/protocol
		"53 80 08 00 05 40 68 9F":                {Answer: true, Sequence: 1, Code: osdp.CodeAck},                                     // libosdp, doc/protocol
		"53 00 09 00 04 61 00 C0 66":             {Code: osdp.CodeID, Data: []byte{0}},                                                // SIA OSDP, Annex E
		"53 00 08 00 00 61 00 44":                {Code: osdp.CodeID, Data: []byte{0}, Sum: true},                                     // SIA OSDP, Annex E
		"53 7F 0D 00 04 6E 00 80 25 00 00 6E 38": {Address: osdp.Broadcast, Code: 0x6E, Data: []byte{0, 0x80, 0x25, 0, 0}},            // SIA OSDP, Annex E
		"53 7F 0C 00 00 6E 00 80 25 00 00 0F":    {Address: osdp.Broadcast, Code: 0x6E, Data: []byte{0, 0x80, 0x25, 0, 0}, Sum: true}, // SIA OSDP, Annex E
	} {
		data := bytesOf(t, text)
		if got := want.AppendTo(nil); !bytes.Equal(got, data) {
			t.Errorf("%+v is % X, want %s", want, got, text)
		}
		got, used, found, err := osdp.Parse(data)
		if !found || err != nil || used != len(data) || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("%s is %+v, %d, %v, %v", text, got, used, found, err)
		}
	}
}

// SIA OSDP, Annex E: the session of the default key with the random numbers B0… of the gateway and A0… of the reader.
func TestGoldenChannel(t *testing.T) {
	channel := osdp.NewChannel(osdp.DefaultKey(), [8]byte(bytesOf(t, "B0B1B2B3B4B5B6B7")), [8]byte(bytesOf(t, "A0A1A2A3A4A5A6A7")))
	reader, gateway, first := channel.ReaderCryptogram(), channel.GatewayCryptogram(), channel.Begin()
	for text, got := range map[string][16]byte{
		"FDE5D2F428EC16312471EA3C02BD7796": reader,
		"26D3356E07762D262801FC8E6665A891": gateway,
		"B2A30057EB98BA2229EC1F875662B524": first,
	} {
		if !bytes.Equal(got[:], bytesOf(t, text)) {
			t.Errorf("%X, want %s", got, text)
		}
	}
}

// Whatever is said in a channel arrives unchanged, is not readable on the wire, and counts once and in its order only.
func TestAChannelKeepsWhatIsSaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ours := osdp.NewChannel(osdp.DefaultKey(), [8]byte{1}, [8]byte{2})
		theirs := osdp.NewChannel(osdp.DefaultKey(), [8]byte{1}, [8]byte{2})
		if ours.Begin() != theirs.Begin() {
			t.Fatal("two beginnings")
		}
		for i := range rapid.IntRange(1, 6).Draw(t, "packets") {
			said := osdp.Packet{
				Answer: i%2 == 1, Sequence: byte(i%3 + 1), Code: rapid.Byte().Draw(t, "code"), Data: rapid.SliceOfN(rapid.Byte(), 0, 60).Draw(t, "data"),
			}
			from, to := ours, theirs
			if said.Answer {
				from, to = theirs, ours
			}
			wire := from.Seal(said).AppendTo(nil)
			if len(said.Data) > 7 && bytes.Contains(wire, said.Data) {
				t.Fatalf("% X holds the data", wire)
			}
			wrong := bytes.Clone(wire)
			p, _, found, err := osdp.Parse(wrong)
			if !found || err != nil {
				t.Fatal(err)
			}
			p.MAC[0] ^= 1
			if _, err := to.Open(p); !errors.Is(err, osdp.ErrMAC) {
				t.Fatalf("a wrong MAC: %v", err)
			}
			p, _, _, _ = osdp.Parse(wire)
			got, err := to.Open(p)
			if err != nil || got.Code != said.Code || !bytes.Equal(got.Data, said.Data) {
				t.Fatalf("%+v came as %+v, %v", said, got, err)
			}
			if said.Answer == (i%2 == 1) && i > 0 {
				if _, err := to.Open(osdp.Packet{Answer: said.Answer, Code: said.Code}); err == nil {
					t.Fatal("a plain packet was taken")
				}
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(bytesOf(f, "FF 53 00 08 00 04 60 EB AA"))
	f.Add(bytesOf(f, "53 53 80 08 00 05 40 68 9F 53"))
	sealed := osdp.NewChannel(osdp.DefaultKey(), [8]byte{1}, [8]byte{2}).Seal(osdp.Packet{Code: osdp.CodeLED, Data: osdp.LampData(0, true)})
	f.Add(sealed.AppendTo(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, used, found, _ := osdp.Parse(data)
		if used < 0 || used > len(data) {
			t.Fatalf("% X: used %d", data, used)
		}
		if found && !bytes.HasSuffix(data[:used], p.AppendTo(nil)) {
			// control bits without a meaning are not kept; nothing else may differ
			again := p.AppendTo(nil)
			if at := data[used-len(again) : used]; !bytes.Equal(again[5:len(again)-2], at[5:len(at)-2]) {
				t.Errorf("% X: %+v is not what stands there", data, p)
			}
		}
		if !found && len(data)-used >= osdp.PacketMax {
			t.Errorf("% X: no packet, and yet %d bytes are kept", data, len(data)-used)
		}
		channel := osdp.NewChannel(osdp.Key{9}, [8]byte{1}, [8]byte{2}) // not the seed's
		if _, err := channel.Open(p); err == nil && found {
			t.Errorf("% X was taken in a channel", data)
		}
	})
}

const keyText = "00112233445566778899AABBCCDDEEFF"

var plain = drivers.Settings{"port": "rs485", "baud": int64(9600), "address": int64(0), "beep": true, "period_ms": int64(100)}

var secure = drivers.Settings{"port": "rs485", "key": keyText, "install": true}

// bench is a reader's driver and the reader.
func bench(settings drivers.Settings) (drivertest.Bench, *osdp.Simulator) {
	host := drivertest.NewHost()
	simulator := osdp.NewSimulator(host.Wire("rs485").Far())
	return drivertest.Bench{Driver: osdp.Driver(osdp.NewBuses()), Settings: settings, Host: host, Names: []string{"rs485"}, Far: simulator.Run}, simulator
}

func TestReaderKeepsTheContract(t *testing.T) {
	for name, settings := range map[string]drivers.Settings{"plain": plain, "secure": secure} {
		t.Run(name, func(t *testing.T) {
			drivertest.TestReader(t, func() drivertest.ListenerBench {
				b, simulator := bench(settings)
				number := uint32(0)
				return drivertest.ListenerBench{
					Bench: b,
					Report: func(any) {
						number++
						simulator.ShowCard(credentials.Card{Bits: 26, Facility: 12, Number: number})
					},
					Garble: func(any) {
						_, _ = b.Host.Wire("rs485").Far().Write([]byte("\x53\x80\x08\x00\x05\x40\x00\x00babble\x53\x00\x00\x00\x00\x00"))
					},
				}
			})
		})
	}
}

func TestDisplayKeepsTheContract(t *testing.T) {
	drivertest.TestDisplay(t, func() drivertest.DisplayBench {
		b, simulator := bench(secure)
		b.Attend = func(ctx context.Context, device any) error {
			return device.(drivers.Reader).Read(ctx, func(drivers.Shown) {})
		}
		return drivertest.DisplayBench{Bench: b, Shown: func() string { return fmt.Sprint(simulator.Lamp()) }}
	})
}

// visit runs a reader as the app does while play uses it.
func visit(t *testing.T, settings drivers.Settings, play func(host *drivertest.Host, simulator *osdp.Simulator)) (texts []string, device *osdp.Reader, ends []error) {
	synctest.Test(t, func(t *testing.T) {
		b, simulator := bench(settings)
		made, err := b.Driver.Make(b.Host, b.Settings)
		if err != nil {
			t.Fatal(err)
		}
		device = made.(*osdp.Reader)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go simulator.Run()
		go func() {
			defer close(done)
			for ctx.Err() == nil {
				err := device.Read(ctx, func(s drivers.Shown) { texts = append(texts, fmt.Sprint(s.Kind, " ", s.Text)) })
				ends = append(ends, err)
				time.Sleep(time.Second)
			}
		}()
		time.Sleep(2 * time.Second)
		play(b.Host, simulator)
		time.Sleep(3 * time.Second)
		cancel()
		<-done
		b.Host.Close()
	})
	return texts, device, ends
}

func TestCardsKeysAndBeeps(t *testing.T) {
	got, device, _ := visit(t, plain, func(_ *drivertest.Host, simulator *osdp.Simulator) {
		simulator.ShowCard(credentials.Card{Bits: 26, Facility: 12, Number: 3456})
		simulator.ShowCard(credentials.Card{Bits: 26, Facility: 12, Number: 3456})
		simulator.ShowCard(credentials.Card{Bits: 37, Facility: 12, Number: 3457})
		simulator.Show(0x04A2B3C4, 32)
		simulator.Press("47")
		simulator.Press("11\r")
		time.Sleep(time.Second)
		if simulator.Beeps() != 4 {
			t.Errorf("%d beeps", simulator.Beeps())
		}
	})
	if want := []string{"card 12-3456", "card 12-3457", "card 04A2B3C4", "ticket 4711"}; !slices.Equal(got, want) || device.Fault() != nil {
		t.Errorf("%q, fault %v: want %q", got, device.Fault(), want)
	}
}

// Old readers report characters, QR readers what they scanned, and others bits of formats that have as many as a known one.
func TestCardsAsCharactersAndOtherFormats(t *testing.T) {
	show := func(_ *drivertest.Host, simulator *osdp.Simulator) {
		simulator.ShowText("0012345678\r\n")
		simulator.ShowText("\x01")
		simulator.Show(0b11, 26) // as many bits as H10301 has, and no parity of its
		simulator.ShowText("R-8842")
	}
	got, device, _ := visit(t, plain, show)
	if want := []string{"card 0012345678", "card 000000C0", "card R-8842"}; !slices.Equal(got, want) || device.Skipped() != 1 {
		t.Errorf("%q, %d skipped, want %q", got, device.Skipped(), want)
	}
	scanner := maps.Clone(plain)
	scanner["text"] = "code"
	got, _, _ = visit(t, scanner, show)
	if want := []string{"ticket 0012345678", "card 000000C0", "reservation R-8842"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func FuzzCardText(f *testing.F) {
	f.Add(byte(osdp.CodeRaw), osdp.RawData(0b11, 26))
	f.Add(byte(osdp.CodeText), osdp.TextData("0012345678"))
	f.Fuzz(func(t *testing.T, code byte, data []byte) {
		text, err := osdp.CardText(osdp.Packet{Answer: true, Code: code, Data: data})
		if err == nil && !credentials.Readable(text) || err != nil && (!errors.Is(err, osdp.ErrGarbage) || text != "") {
			t.Errorf("%02X % X: %q, %v", code, data, text, err)
		}
	})
}

// Three readers with addresses of their own share a bus: each tells its own cards, one of them in a secure channel, and one
// that is dead keeps none from telling.
func TestReadersShareABus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := drivertest.NewHost()
		first := osdp.NewSimulator(host.Wire("rs485").Far())
		readers := []*osdp.Simulator{first, first.Beside(1), first.Beside(2)}
		go first.Run()
		driver := osdp.Driver(osdp.NewBuses())
		ctx, cancel := context.WithCancel(t.Context())
		var told [4]string
		ended := make(chan error, 4)
		for address := range told { // nobody has the last address
			settings := drivers.Settings{"port": "rs485", "address": int64(address)}
			if address == 1 {
				settings["key"], settings["install"] = keyText, true
			}
			device, err := driver.Make(host, settings)
			if err != nil {
				t.Fatal(err)
			}
			go func() {
				ended <- device.(drivers.Reader).Read(ctx, func(s drivers.Shown) { told[address] += s.Text })
			}()
		}
		time.Sleep(3 * time.Second)
		for address, reader := range readers {
			reader.ShowCard(credentials.Card{Bits: 26, Facility: 12, Number: 100 + uint32(address)})
		}
		if err := <-ended; !errors.Is(err, drivers.ErrOffline) {
			t.Errorf("the dead reader ended with %v", err)
		}
		if want := [4]string{"12-100", "12-101", "12-102", ""}; told != want || readers[1].Secured() == 0 {
			t.Errorf("told %q, want %q, %d orders in the channel", told, want, readers[1].Secured())
		}
		if open := host.OpenNow(); len(open) != 1 {
			t.Errorf("open: %v", open)
		}
		cancel()
		for range readers {
			<-ended
		}
		if open := host.OpenNow(); len(open) != 0 {
			t.Errorf("left open: %v", open)
		}
		host.Close()
	})
}

// A new reader is given its key, and speaks with nobody else from then on; it forgets the channel and builds it again.
func TestAReaderIsInstalled(t *testing.T) {
	var secured int
	got, _, _ := visit(t, secure, func(_ *drivertest.Host, simulator *osdp.Simulator) {
		simulator.ShowCard(credentials.Card{Bits: 26, Facility: 1, Number: 1})
		time.Sleep(time.Second)
		simulator.Restart()
		time.Sleep(time.Second)
		simulator.ShowCard(credentials.Card{Bits: 26, Facility: 1, Number: 2})
		time.Sleep(time.Second)
		secured = simulator.Secured()
	})
	if !slices.Equal(got, []string{"card 1-1", "card 1-2"}) || secured < 10 {
		t.Errorf("%q, %d orders in the channel", got, secured)
	}
}

// A reader with another key, and one with the default key that nobody said may be installed: not a card is read.
func TestAStrangersReaderIsNotBelieved(t *testing.T) {
	for name, own := range map[string]bool{"another key": true, "the default key": false} {
		settings := drivers.Settings{"port": "rs485", "key": keyText}
		got, _, ends := visit(t, settings, func(_ *drivertest.Host, simulator *osdp.Simulator) {
			if own {
				simulator.SetKey(osdp.Key{1, 2, 3})
			}
			simulator.ShowCard(credentials.Card{Bits: 26, Facility: 1, Number: 1})
			time.Sleep(5 * time.Second)
		})
		if len(got) != 0 || !errors.Is(ends[1], osdp.ErrKey) || strings.Contains(fmt.Sprint(ends), keyText) {
			t.Errorf("%s: %q, %v", name, got, ends)
		}
	}
}

// What a broken reader, or somebody on the wire, says: no card from it, a fault with a hint, and it heals.
func TestTroublesAreNoCards(t *testing.T) {
	for trouble, want := range map[osdp.Trouble]error{
		osdp.TroubleMute: nil, osdp.TroubleHalves: nil, osdp.TroubleBusy: nil,
		osdp.TroubleGarbles: osdp.ErrSum, osdp.TroubleImposter: osdp.ErrAddress, osdp.TroubleForges: osdp.ErrMAC,
	} {
		got, device, _ := visit(t, secure, func(_ *drivertest.Host, simulator *osdp.Simulator) {
			time.Sleep(50 * time.Millisecond) // between two polls
			simulator.SetTrouble(trouble)
			if trouble == osdp.TroubleForges {
				simulator.ShowCard(credentials.Card{Bits: 26, Facility: 1, Number: 1}) // the next poll's answer
			}
			time.Sleep(20 * time.Second)
			simulator.SetTrouble(osdp.TroubleNone)
			time.Sleep(20 * time.Second)
			simulator.ShowCard(credentials.Card{Bits: 26, Facility: 1, Number: 2})
			time.Sleep(time.Second)
		})
		if !slices.Equal(got, []string{"card 1-2"}) {
			t.Errorf("trouble %d: %q", trouble, got)
		}
		if want != nil && !errors.Is(device.Fault(), want) {
			t.Errorf("trouble %d: fault %v, want %v", trouble, device.Fault(), want)
		}
	}
}

// An old reader knows no CRC: it answers to packets with a checksum alone.
func TestAnOldReader(t *testing.T) {
	for check, want := range map[string][]string{"sum": {"card 1-2"}, "crc": nil} {
		got, _, ends := visit(t, drivers.Settings{"port": "rs485", "check": check}, func(_ *drivertest.Host, simulator *osdp.Simulator) {
			simulator.Age()
			time.Sleep(20 * time.Second)
			simulator.ShowCard(credentials.Card{Bits: 26, Facility: 1, Number: 2})
		})
		if !slices.Equal(got, want) || check == "crc" && !errors.Is(ends[0], drivers.ErrOffline) {
			t.Errorf("%s: %q, ended with %v", check, got, ends)
		}
	}
}

// A reader that is opened says so by itself, in the channel or without one, and when it is asked at the start; its cards are
// read all the same.
func TestATamperedReaderIsTold(t *testing.T) {
	for _, settings := range []drivers.Settings{plain, secure} {
		for want, wrong := range map[error]func(*osdp.Simulator, bool){osdp.ErrTamper: (*osdp.Simulator).Tamper, osdp.ErrSupply: (*osdp.Simulator).Starve} {
			got, device, _ := visit(t, settings, func(_ *drivertest.Host, simulator *osdp.Simulator) {
				wrong(simulator, true)
				time.Sleep(time.Second)
				simulator.Restart()
				time.Sleep(2 * time.Second)
				wrong(simulator, false)
				simulator.ShowCard(credentials.Card{Bits: 26, Facility: 1, Number: 2})
			})
			if !slices.Equal(got, []string{"card 1-2"}) || !errors.Is(device.Fault(), want) {
				t.Errorf("%q, fault %v, want %v", got, device.Fault(), want)
			}
		}
	}
}

// The reader loses its channel, or an answer comes with a wrong MAC, while a colour is ordered: it is shown in the next channel.
func TestAColourThatIsLostWithTheChannel(t *testing.T) {
	for name, lose := range map[string]func(*osdp.Simulator){
		"restarted": (*osdp.Simulator).Restart,
		"forged": func(s *osdp.Simulator) {
			s.SetTrouble(osdp.TroubleForges)
			time.AfterFunc(150*time.Millisecond, func() { s.SetTrouble(osdp.TroubleNone) })
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			b, simulator := bench(secure)
			made, err := b.Driver.Make(b.Host, b.Settings)
			if err != nil {
				t.Fatal(err)
			}
			device := made.(*osdp.Reader)
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go simulator.Run()
			go func() { ended <- device.Read(ctx, func(drivers.Shown) {}) }()
			time.Sleep(2 * time.Second)
			for i := range 20 { // at any time between two polls
				colour := []drivers.Colour{drivers.ColourRed, drivers.ColourGreen}[i%2]
				lose(simulator)
				begun := time.Now()
				err := device.Show(t.Context(), drivers.Face{Colour: colour})
				if took := time.Since(begun); err != nil || took > time.Second || simulator.Lamp() != byte(1+i%2) {
					t.Errorf("%s, %d: after %v lamp %d, error %v", name, i, took, simulator.Lamp(), err)
				}
				time.Sleep(time.Second + time.Duration(i)*7*time.Millisecond)
			}
			cancel()
			<-ended
			b.Host.Close()
		})
	}
}

// A late answer is the answer to its order all the same, once.
func TestALateAnswerIsOneCard(t *testing.T) {
	got, _, _ := visit(t, plain, func(_ *drivertest.Host, simulator *osdp.Simulator) {
		simulator.SetTrouble(osdp.TroubleLate)
		simulator.ShowCard(credentials.Card{Bits: 26, Facility: 1, Number: 1})
		time.Sleep(5 * time.Second)
	})
	if !slices.Equal(got, []string{"card 1-1"}) {
		t.Errorf("%q", got)
	}
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	drivertest.TestRefused(t, osdp.Driver(osdp.NewBuses()), map[string]drivers.Settings{
		"port is missing: write the name": {},
		"address = 127: write 0 to 126":   {"port": "a", "address": int64(127)},
		"key: write 32 hex digits":        {"port": "a", "key": "12"},
		"key is the default key":          {"port": "a", "key": "303132333435363738393A3B3C3D3E3F"},
		"install = true without a key":    {"port": "a", "install": true},
	})
}

func TestParsingTakesNoMemory(t *testing.T) {
	data := bytesOf(t, "53 80 08 00 05 40 68 9F")
	if allocations := testing.AllocsPerRun(100, func() {
		if _, _, found, _ := osdp.Parse(data); !found {
			t.Error("not found")
		}
	}); allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
}

func BenchmarkParse(b *testing.B) {
	data := bytesOf(b, "53 80 08 00 05 40 68 9F")
	b.ReportAllocs()
	for b.Loop() {
		if _, _, found, _ := osdp.Parse(data); !found {
			b.Fatal("not found")
		}
	}
}
