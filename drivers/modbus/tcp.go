package modbus

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/dialog"
)

// The names of ports that are addresses in the network: of devices that speak Modbus TCP, and of converters that pass RTU
// frames through as they are.
const (
	tcpPrefix    = "tcp://"
	passedPrefix = "rtu+tcp://"
	dialLimit    = 5 * time.Second
	networkBaud  = 921_600 // its wire takes no time worth counting
	headBytes    = 6       // of a frame on TCP: number, protocol, length
	defaultPort  = "502"
)

// ErrNotTCP is the fault of bytes that are no Modbus TCP, in which no next frame can be found.
var ErrNotTCP = errors.New("modbus: what answers does not speak Modbus TCP: check the address; a converter that passes RTU through is rtu+tcp://")

// inNetwork reports whether the name of a port is an address in the network.
func inNetwork(port string) bool {
	return strings.HasPrefix(port, tcpPrefix) || strings.HasPrefix(port, passedPrefix)
}

// Addresses are the least and the greatest address that a device on a port may have. Behind an address in the network it is
// the unit of a gateway to a serial line, and 255, or 0, is the device itself, which many want (Modbus messaging on TCP/IP,
// implementation guide 1.0b, section 4.4.2.3).
func Addresses(port string) (least, most int) {
	if strings.HasPrefix(port, tcpPrefix) {
		return 0, 255
	}
	return 1, SlaveMax
}

// checkAddress reads such a name.
func checkAddress(port string) (address string, err error) {
	_, address, _ = strings.Cut(port, "://")
	if !strings.Contains(address, ":") {
		address = net.JoinHostPort(address, defaultPort)
	}
	host, number, err := net.SplitHostPort(address)
	if err != nil || host == "" || number == "" {
		return "", fmt.Errorf(`%w: port = %q: write it as "tcp://192.168.1.50:502"`, drivers.ErrSettings, port)
	}
	return address, nil
}

// openNetwork opens a port in the network.
func (b *Bus) openNetwork(ctx context.Context) (drivers.Port, error) {
	address, err := checkAddress(b.name)
	if err != nil {
		return nil, err
	}
	port, err := b.dial(ctx, b.host, address)
	if err != nil || strings.HasPrefix(b.name, passedPrefix) {
		return port, err
	}
	return &tcpPort{Port: port, bus: b}, nil
}

// dial connects to a device.
func dial(ctx context.Context, _ drivers.Host, address string) (drivers.Port, error) {
	ctx, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%w: %w: check its power, its address and the network", drivers.ErrOffline, err)
	}
	return dialog.InNetwork(connection, dialLimit), nil
}

// tcpPort speaks RTU on its near side and Modbus TCP on its far side: a head with a number, which the reply repeats, in
// place of the CRC. On TCP the reply to an earlier request can be told from that to the last one: it is dropped here.
type tcpPort struct {
	drivers.Port
	bus      *Bus
	number   atomic.Uint32 // of the last request
	received []byte        // not yet a frame
	ready    []byte        // a frame for the next reads
}

// Write sends a request.
func (p *tcpPort) Write(frame []byte) (int, error) {
	number := uint16(p.number.Add(1))
	if _, err := p.Port.Write(appendTCP(nil, number, frame)); err != nil {
		return 0, err
	}
	return len(frame), nil
}

// Read hands on what is in whole frames.
func (p *tcpPort) Read(b []byte) (int, error) {
	if len(p.ready) == 0 {
		var chunk [headBytes + frameMax]byte
		n, err := p.Port.Read(chunk[:])
		if err != nil {
			return 0, err
		}
		p.received = append(p.received, chunk[:n]...)
	}
	for len(p.ready) == 0 {
		number, frame, used, err := parseTCP(p.received)
		if err != nil {
			p.bus.fault(FaultGarbage, 0, fmt.Sprintf("received %X", p.received[:min(len(p.received), 16)]))
			return 0, fmt.Errorf("%w: %w", drivers.ErrOffline, err)
		}
		if used == 0 {
			return 0, nil
		}
		p.received = append(p.received[:0], p.received[used:]...)
		if number == uint16(p.number.Load()) {
			p.ready = frame
		} else {
			p.bus.fault(FaultLateReply, frame[0], "")
		}
	}
	n := copy(b, p.ready)
	p.ready = p.ready[n:]
	return n, nil
}

// appendTCP is an RTU frame as one of Modbus TCP.
func appendTCP(out []byte, number uint16, frame []byte) []byte {
	body := frame[:len(frame)-2]
	out = binary.BigEndian.AppendUint16(out, number)
	out = binary.BigEndian.AppendUint16(out, 0)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)))
	return append(out, body...)
}

// parseTCP reads the frame that begins received, as one of RTU; used is 0 while it is not whole. After an error there is no
// telling where the next one begins.
func parseTCP(received []byte) (number uint16, frame []byte, used int, err error) {
	if len(received) < headBytes {
		return 0, nil, 0, nil
	}
	length := int(binary.BigEndian.Uint16(received[4:]))
	if binary.BigEndian.Uint16(received[2:]) != 0 || length < 2 || length > frameMax-2 {
		return 0, nil, 0, ErrNotTCP
	}
	if used = headBytes + length; len(received) < used {
		return 0, nil, 0, nil
	}
	frame = append(make([]byte, 0, length+2), received[headBytes:used]...)
	return binary.BigEndian.Uint16(received), appendCRC(frame), used, nil
}
