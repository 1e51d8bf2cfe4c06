package modbus

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gatehouse/drivers"
)

func unhex(text string) []byte {
	data, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		panic(err)
	}
	return data
}

// The golden frames are those of DFRobot's and of the protocol's documents (wiki.dfrobot.com sen0492, sen0358).
func TestGoldenRequests(t *testing.T) {
	for text, request := range map[string]Request{
		"01 03 01 01 00 01 D4 36": {Slave: 1, Function: 3, Start: 0x0101, Count: 1},
		"50 03 00 34 00 01 C8 45": {Slave: 0x50, Function: 3, Start: 0x34, Count: 1},
		"0C 03 00 05 00 01 95 16": {Slave: 0x0C, Function: 3, Start: 5, Count: 1},
		"01 01 00 00 00 40 3D FA": {Slave: 1, Function: 1, Count: 64},
	} {
		want := unhex(text)
		if got := request.AppendTo(nil); string(got) != string(want) {
			t.Errorf("%+v is % X, want %s", request, got, text)
		}
		if got, used, whole := parseRequest(want); got != request || used != len(want) || !whole {
			t.Errorf("%s is %+v, used %d", text, got, used)
		}
	}
}

// The examples of functions 15 and 16 in the Modbus application protocol specification (V1.1b3, 6.11 and 6.12), to slave 17 as in
// Modicon's reference guide (PI-MBUS-300), with the replies.
func TestGoldenWritingsOfSeveral(t *testing.T) {
	coils := WriteCoils(17, 0x13, true, false, true, true, false, false, true, true, true, false)
	for _, c := range []struct {
		request      Request
		frame, reply string
	}{
		{coils, "11 0F 00 13 00 0A 02 CD 01 BF 0B", "11 0F 00 13 00 0A 26 99"},
		{WriteRegisters(17, 1, 0x0A, 0x0102), "11 10 00 01 00 02 04 00 0A 01 02 C6 F0", "11 10 00 01 00 02 12 98"},
	} {
		frame, reply := unhex(c.frame), unhex(c.reply)
		if got := c.request.AppendTo(nil); string(got) != string(frame) {
			t.Errorf("%+v is % X, want %s", c.request, got, c.frame)
		}
		if got, used, whole := parseRequest(frame); got != c.request || used != len(frame) || !whole {
			t.Errorf("%s is %+v, used %d", c.frame, got, used)
		}
		if _, used, whole := parseRequest(frame[:len(frame)-1]); whole || used != 0 {
			t.Errorf("%s without its end: used %d, whole %v", c.frame, used, whole)
		}
		if at, exception := c.request.find(reply); at != 0 || exception {
			t.Errorf("%s is found at %d, exception %v", c.reply, at, exception)
		}
		slave := &Slave{registers: map[uint16]uint16{1: 0, 2: 0}, bits: map[uint16]bool{}}
		for i := range uint16(10) {
			slave.bits[0x13+i] = i == 1
		}
		if got, _ := slave.answer(c.request); string(got) != string(reply) {
			t.Errorf("the slave answers % X, want %s", got, c.reply)
		}
		short := &Slave{registers: map[uint16]uint16{1: 0}, bits: map[uint16]bool{0x13: false}}
		if got, _ := short.answer(c.request); got[2] != 2 || len(short.writes) != 0 {
			t.Errorf("a slave that has the first alone answers % X", got)
		}
	}
	if other := WriteCoils(17, 0x13, make([]bool, 10)...); !coils.passesFor(other) || coils.passesFor(coils) || coils.passesFor(WriteCoils(17, 0x12, make([]bool, 10)...)) {
		t.Error("a late reply to a writing does not say what was written")
	}
}

func TestAGoldenReply(t *testing.T) {
	request := Request{Slave: 0x50, Function: 3, Start: 0x34, Count: 1}
	frame := unhex("50 03 02 07 0B 06 7F") // 1803 mm
	at, exception := request.find(frame)
	if at != 0 || exception || (Reply{data: frame[3:5]}).Register(0) != 1803 {
		t.Errorf("at %d, exception %v", at, exception)
	}
	if at, _ := request.find(append([]byte{0xFF, 0x50}, frame...)); at != 2 {
		t.Errorf("behind noise it is found at %d", at)
	}
}

// Modbus over serial line 1.02, section 2.5.1.1: 3.5 characters of ten or eleven bits, and 1.75 ms above 19200 baud.
func TestTheGapBetweenFrames(t *testing.T) {
	for _, c := range []struct {
		baud   int
		parity byte
		stop   int
		want   time.Duration
	}{
		{1200, 'N', 1, 29_166_666}, {9600, 'N', 0, 3_645_833}, {9600, 'E', 1, 4_010_416}, {9600, 'N', 2, 4_010_416},
		{19200, 'O', 1, 2_005_208}, {38400, 'N', 1, 1_750_000}, {115200, 'E', 1, 1_750_000},
	} {
		mode := drivers.SerialMode{Baud: c.baud, Parity: c.parity, StopBits: c.stop}
		if got := silence(mode); got != c.want {
			t.Errorf("%v: %v, want %v", mode, got, c.want)
		}
	}
}

func TestAReplyIsFoundInAnyNoiseAndNothingElseIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		request := Request{
			Slave: rapid.ByteRange(1, SlaveMax).Draw(t, "slave"), Function: rapid.SampledFrom([]byte{1, 2, 3, 4, 5, 6, 15, 16}).Draw(t, "function"),
			Start: rapid.Uint16().Draw(t, "start"), Count: rapid.Uint16Range(1, RegistersMax).Draw(t, "count"),
		}
		switch request.Function {
		case FunctionWriteCoils:
			request = WriteCoils(request.Slave, request.Start, make([]bool, request.Count)...)
		case FunctionWriteRegisters:
			request = WriteRegisters(request.Slave, request.Start, make([]uint16, request.Count)...)
		}
		slave := &Slave{registers: map[uint16]uint16{}, bits: map[uint16]bool{}}
		for i := range request.Count {
			slave.registers[request.Start+i], slave.bits[request.Start+i] = i*257, i%3 == 0
		}
		reply, _ := slave.answer(request)
		noise := rapid.SliceOfN(rapid.Byte(), 0, 8).Draw(t, "noise")
		at, exception := request.find(append(noise, reply...))
		if at < 0 || exception {
			t.Fatalf("%+v: % X is not found behind % X", request, reply, noise)
		}
		flipped := append([]byte(nil), reply...)
		flipped[rapid.IntRange(0, len(reply)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if at, _ := request.find(flipped); at >= 0 {
			t.Fatalf("%+v: % X with a flipped bit passes for a reply at %d", request, flipped, at)
		}
	})
}

func FuzzTCP(f *testing.F) {
	f.Add(unhex("00 01 00 00 00 05 FF 03 02 12 34"))
	f.Add([]byte("HTTP/1.1 400"))
	f.Fuzz(func(t *testing.T, received []byte) {
		number, frame, used, err := parseTCP(received)
		if err == nil && used > 0 && (!crcFits(frame) || string(appendTCP(nil, number, frame)) != string(received[:used])) {
			t.Errorf("% X: % X, used %d", received, frame, used)
		}
	})
}

func FuzzFind(f *testing.F) {
	f.Add([]byte{0x50, 3, 2, 7, 0x0B, 6, 0x7F}, byte(0x50), byte(3), uint16(1))
	f.Add([]byte{1, 0x83, 2, 0xC0, 0xF1}, byte(1), byte(3), uint16(1))
	f.Add(unhex("11 0F 00 13 00 0A 26 99"), byte(17), byte(15), uint16(10))
	f.Add(unhex("11 10 00 01 00 02 04 00 0A 01 02 C6 F0"), byte(17), byte(16), uint16(2))
	f.Fuzz(func(t *testing.T, received []byte, slave, function byte, count uint16) {
		request := Request{Slave: slave, Function: function, Count: count % (BitsMax + 1)}
		if at, exception := request.find(received); at >= 0 {
			length := request.replyBytes()
			if exception {
				length = overhead
			}
			if received[at] != slave || !crcFits(received[at:at+length]) {
				t.Errorf("% X: a reply at %d", received, at)
			}
		}
		foreign(received)
		for rest := received; len(rest) > 0; {
			asked, used, whole := parseRequest(rest)
			if !whole {
				break
			}
			if !strings.HasSuffix(string(rest[:used]), string(asked.AppendTo(nil))) {
				t.Errorf("% X: %+v is not what stands there", rest, asked)
			}
			rest = rest[used:]
		}
	})
}

func TestTheCodecAllocatesNothing(t *testing.T) {
	request := Request{Slave: 1, Function: FunctionReadHoldings, Count: 4}
	received := appendCRC([]byte{1, 3, 8, 0, 1, 0, 2, 0, 3, 0, 4})
	var frame [requestBytes]byte
	if n := testing.AllocsPerRun(100, func() { request.AppendTo(frame[:0]); request.find(received) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
