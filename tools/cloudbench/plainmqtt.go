package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"time"
)

// The little of MQTT 3.1.1 that it takes to fill a peer's broker and to count what comes out, with no client library whose
// pace would be measured in its place.
const (
	packetConnect   = 0x10
	packetPublish   = 0x32 // QoS 1
	packetAck       = 0x40
	packetSubscribe = 0x82
	plainBuffer     = 64 << 10
	dialPatience    = 10 * time.Second
)

func appendText(to []byte, text string) []byte {
	to = binary.BigEndian.AppendUint16(to, uint16(len(text)))
	return append(to, text...)
}

// packet puts the type and the length before a body.
func packet(kind byte, body []byte) []byte {
	head := binary.AppendUvarint([]byte{kind}, uint64(len(body))) // MQTT's length is a varint
	return append(head, body...)
}

// connectPlain connects, and waits while a broker is starting.
func connectPlain(address, client string) (net.Conn, *bufio.Reader, error) {
	var conn net.Conn
	var err error
	for until := time.Now().Add(dialPatience); ; time.Sleep(10 * time.Millisecond) {
		if conn, err = net.Dial("tcp", address); err == nil || time.Now().After(until) {
			break
		}
	}
	if err != nil {
		return nil, nil, err
	}
	in := bufio.NewReaderSize(conn, plainBuffer)
	if _, err := greet(conn, in, client, true); err != nil {
		return nil, nil, errors.Join(err, conn.Close())
	}
	return conn, in, nil
}

// greet says who connects, with a clean session or one that the broker is to keep, and whether the broker had one.
func greet(conn net.Conn, in *bufio.Reader, client string, clean bool) (present bool, err error) {
	flags := byte(0)
	if clean {
		flags = 2
	}
	body := append(appendText(nil, "MQTT"), 4, flags, 0, 0) // level, flags, no keep-alive
	if _, err := conn.Write(packet(packetConnect, appendText(body, client))); err != nil {
		return false, err
	}
	kind, answer, err := readPacket(in)
	if err != nil || kind != 0x20 || len(answer) != 2 || answer[1] != 0 {
		return false, fmt.Errorf("%s answers %x %x: %w", conn.RemoteAddr(), kind, answer, err)
	}
	return answer[0]&1 == 1, nil
}

// ask subscribes to a topic. What comes before the answer, of a session that was kept, is counted by early.
func ask(conn net.Conn, in *bufio.Reader, topic string, qos byte, early func(kind byte, body []byte) error) error {
	if _, err := conn.Write(packet(packetSubscribe, append(appendText([]byte{0, 1}, topic), qos))); err != nil {
		return err
	}
	for {
		kind, body, err := readPacket(in)
		switch {
		case err != nil:
			return fmt.Errorf("%s has no answer to a subscription: %w", conn.RemoteAddr(), err)
		case kind == 0x90:
			return nil
		case early == nil:
			return fmt.Errorf("%s answers a subscription with %x", conn.RemoteAddr(), kind)
		}
		if err := early(kind, body); err != nil {
			return err
		}
	}
}

func readPacket(in *bufio.Reader) (kind byte, body []byte, err error) {
	if kind, err = in.ReadByte(); err != nil {
		return 0, nil, err
	}
	size, err := binary.ReadUvarint(in)
	if err != nil || size > 1<<20 {
		return 0, nil, errors.Join(err, fmt.Errorf("a packet of %d bytes", size))
	}
	body = make([]byte, size)
	_, err = io.ReadFull(in, body)
	return kind, body, err
}

// publish hands messages to a broker and returns when it has acknowledged all.
func publish(address, topic string, payloads [][]byte) error {
	conn, in, err := connectPlain(address, "filler")
	if err != nil {
		return err
	}
	defer conn.Close()
	acknowledged := make(chan error, 1)
	go func() {
		for range payloads {
			if kind, _, err := readPacket(in); err != nil || kind != packetAck {
				acknowledged <- fmt.Errorf("packet %x: %w", kind, err)
				return
			}
		}
		acknowledged <- nil
	}()
	out := bufio.NewWriterSize(conn, plainBuffer)
	for i, payload := range payloads {
		body := binary.BigEndian.AppendUint16(appendText(nil, topic), uint16(i%65_535+1))
		if _, err := out.Write(packet(packetPublish, append(body, payload...))); err != nil {
			return err
		}
	}
	return errors.Join(out.Flush(), <-acknowledged)
}

// receiver counts what a broker sends.
type receiver struct {
	conn     net.Conn
	messages atomic.Int64
	failed   atomic.Pointer[error]
}

// subscribe counts the messages of a topic from now on.
func subscribe(address, topic string) (*receiver, error) {
	conn, in, err := connectPlain(address, "counter")
	if err != nil {
		return nil, err
	}
	if err := ask(conn, in, topic, 0, nil); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	r := &receiver{conn: conn}
	go func() {
		for {
			if _, _, err := readPacket(in); err != nil {
				r.failed.Store(&err)
				return
			}
			r.messages.Add(1)
		}
	}()
	return r, nil
}

func (r *receiver) count() int { return int(r.messages.Load()) }

func (r *receiver) failure() error {
	if err := r.failed.Load(); err != nil {
		return *err
	}
	return nil
}

func (r *receiver) close() { _ = r.conn.Close() }
