package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"gatehouse/sync/mqtt"
)

// way is how a session is kept, and with which quality words are asked for and said.
type way struct {
	name  string
	clean bool
	qos   byte
}

// ways are the product's, a session that keeps the subscription, and its peers: one that keeps words too, and none.
func ways() []way {
	return []way{{"session that keeps the subscription", false, 0}, {"session that keeps words", false, 1}, {"clean session", true, 0}}
}

// session is a gateway's connection.
type session struct {
	conn    net.Conn
	in      *bufio.Reader
	present bool     // the broker had it
	heard   []uint32 // numbers of the words, in their order
}

func downTopic(lot string) string { return "lot/main/" + lot + "/down" }

// open connects and subscribes to what comes down.
func (s *seat) open(lot string, w way) (*session, error) {
	conn, err := s.dial()
	if err != nil {
		return nil, err
	}
	one := &session{conn: conn, in: bufio.NewReaderSize(conn, plainBuffer)}
	if one.present, err = greet(conn, one.in, mqtt.GatewayID(lot), w.clean); err == nil {
		err = ask(conn, one.in, downTopic(lot), w.qos, one.take)
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return one, nil
}

// take notes a word's number, and acknowledges it.
func (s *session) take(kind byte, body []byte) error {
	if kind&0xf0 != 0x30 || len(body) < 2 {
		return nil
	}
	rest := body[2+int(binary.BigEndian.Uint16(body)):]
	if kind&0x06 != 0 {
		if _, err := s.conn.Write(append([]byte{packetAck, 2}, rest[:2]...)); err != nil {
			return err
		}
		rest = rest[2:]
	}
	s.heard = append(s.heard, binary.BigEndian.Uint32(rest))
	return nil
}

// listen takes words until one has a number, or nothing comes for a while.
func (s *session) listen(until uint32, patience time.Duration) error {
	for {
		if err := s.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
			return err
		}
		kind, body, err := readPacket(s.in)
		if err != nil {
			return err
		}
		if err := s.take(kind, body); err != nil {
			return err
		}
		if n := len(s.heard); n > 0 && s.heard[n-1] == until {
			return nil
		}
	}
}

// wordBytes is what a signed acknowledgement takes, as most words of headquarters are one.
const wordBytes = 300

// voice is headquarters' connection.
type voice struct {
	conn net.Conn
	in   *bufio.Reader
	out  *bufio.Writer
}

func (s *seat) speak() (*voice, error) {
	conn, err := s.dial()
	if err != nil {
		return nil, err
	}
	v := &voice{conn, bufio.NewReaderSize(conn, plainBuffer), bufio.NewWriterSize(conn, plainBuffer)}
	if _, err := greet(conn, v.in, "headquarters", true); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return v, nil
}

func (v *voice) close() { _ = v.conn.Close() }

// saying is how many words wait for the broker's acknowledgement at once.
const saying = 64

// say says a word to each of some lots, and returns when the broker has taken all.
func (v *voice) say(lots []string, number uint32, qos byte) error {
	for start := 0; start < len(lots); start += saying {
		some := lots[start:min(start+saying, len(lots))]
		for i, lot := range some {
			body := appendText(nil, downTopic(lot))
			if qos > 0 {
				body = binary.BigEndian.AppendUint16(body, uint16(i+1))
			}
			body = append(binary.BigEndian.AppendUint32(body, number), make([]byte, wordBytes-4)...)
			if _, err := v.out.Write(packet(0x30|qos<<1, body)); err != nil {
				return err
			}
		}
		if err := v.out.Flush(); err != nil {
			return err
		}
		for range int(qos) * len(some) {
			if kind, _, err := readPacket(v.in); err != nil || kind != packetAck {
				return fmt.Errorf("packet %x: %w", kind, err)
			}
		}
	}
	return nil
}

// gather has all lots connect and subscribe at once.
func (s *seat) gather(lots []string, w way) ([]*session, time.Duration, error) {
	sessions, failures := make([]*session, len(lots)), make([]error, len(lots))
	began := time.Now()
	var all sync.WaitGroup
	for i, lot := range lots {
		all.Go(func() { sessions[i], failures[i] = s.open(lot, w) })
	}
	all.Wait()
	return sessions, time.Since(began), errors.Join(failures...)
}

// hear has all sessions wait for a word.
func hear(sessions []*session, number uint32) error {
	failures := make([]error, len(sessions))
	var all sync.WaitGroup
	for i, one := range sessions {
		all.Go(func() { failures[i] = one.listen(number, timeout) })
	}
	all.Wait()
	return errors.Join(failures...)
}

// cutAll ends connections without a goodbye.
func cutAll(sessions []*session) {
	for _, one := range sessions {
		_ = one.conn.Close()
	}
}
