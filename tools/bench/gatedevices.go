package main

import (
	"errors"

	"gatehouse/drivers/credentials"
	"gatehouse/drivers/osdp"
	"gatehouse/drivers/zvt"
)

// errDevice says that the bytes of a device did not say what was written into them.
var errDevice = errors.New("bench: a gate device's bytes were misread")

// wireBaud is the fastest usual speed of these devices' lines.
const wireBaud = 115_200

// gateDevices measures what the processor needs to understand what gate devices say, against the time that the same bytes
// take on the wire, which is the least that any reader needs.
func (b *bench) gateDevices() ([]row, error) {
	answer := osdp.Packet{Answer: true, Sequence: 1, Code: osdp.CodeRaw, Data: osdp.RawData(0x1818301, 26)}.AppendTo(nil)
	reader, gateway := osdp.NewChannel(osdp.DefaultKey(), [8]byte{1}, [8]byte{2}), osdp.NewChannel(osdp.DefaultKey(), [8]byte{1}, [8]byte{2})
	status := zvt.Status{AmountMinor: 1250, Currency: 978, Receipt: 7, Trace: 7}
	frame := zvt.AppendFrame(nil, zvt.APDU{Command: zvt.StatusInfo, Data: status.AppendTo(nil)}.AppendTo(nil))
	sealed := reader.Seal(osdp.Packet{Answer: true, Sequence: 1, Code: osdp.CodeRaw, Data: osdp.RawData(0x1818301, 26)}).AppendTo(nil)
	card, bits := credentials.EncodeCard(credentials.Card{Bits: 26, Facility: 12, Number: 3456})
	var splitter zvt.Splitter
	var rows []row
	for _, c := range []struct {
		what   string
		wireUS float64
		parse  func() bool
	}{
		{"a card by OSDP", wireUS(len(answer)), func() bool {
			p, _, found, _ := osdp.Parse(answer)
			return found && p.Code == osdp.CodeRaw
		}},
		{"a card in a secure channel, made and opened", wireUS(len(sealed)), func() bool {
			p, _, found, _ := osdp.Parse(reader.Seal(osdp.Packet{Answer: true, Code: osdp.CodeRaw, Data: osdp.RawData(0x1818301, 26)}).AppendTo(sealed[:0]))
			p, err := gateway.Open(p)
			return found && err == nil && p.Code == osdp.CodeRaw
		}},
		{"a payment's status by ZVT", wireUS(len(frame)), func() (good bool) {
			for _, at := range frame {
				if found, data := splitter.Push(at); found == zvt.FoundFrame {
					a, _, err := zvt.ParseAPDU(data)
					read, err2 := zvt.ParseStatus(a.Data)
					good = err == nil && err2 == nil && read == status
				}
			}
			return good
		}},
		{"a card by Wiegand", 26 * 2000, func() bool {
			read, err := credentials.DecodeCard(card, bits)
			return err == nil && read.Number == 3456
		}},
	} {
		f := figures{}
		for range b.rounds {
			ours, err := b.each(func() error {
				if !c.parse() {
					return errDevice
				}
				return nil
			})
			if err != nil {
				return nil, err
			}
			f.add("ours", ours)
			f.add("peer", c.wireUS)
		}
		rows = append(rows, f.against(row{What: c.what, Unit: "µs", Peer: "its bytes on the wire"}, "ours", "peer"))
	}
	return rows, nil
}

// wireUS is how many microseconds so many bytes take.
func wireUS(bytes int) float64 { return float64(bytes) * 10 * 1e6 / wireBaud }
