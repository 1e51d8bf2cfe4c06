package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gatehouse/cloud/broker"
	"gatehouse/cloud/enrol"
)

// serveBroker is the child: the embedded broker of headquarters and nothing else, until its input ends.
func serveBroker(dir, listen string, in io.Reader, out io.Writer) error {
	authority, err := enrol.OpenAuthority(filepath.Join(dir, "authority"), time.Now())
	if err != nil {
		return err
	}
	b, err := broker.Start(broker.Options{
		Name: "bench", Chain: "main", Listen: listen, Dir: filepath.Join(dir, "broker"), Log: slog.New(slog.DiscardHandler),
		TLS: authority.ServerTLS([]string{"127.0.0.1"}, time.Now),
		Admit: func(*x509.Certificate) (broker.Identity, error) {
			return broker.Identity{Fingerprint: "bench", Headquarters: true}, nil
		},
	})
	if err != nil {
		return err
	}
	defer b.Close()
	if err := json.NewEncoder(out).Encode(strings.TrimPrefix(b.URL(), "tls://")); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	return err
}

// seat is a broker in a process of its own: headquarters' embedded one, with TLS, or Mosquitto as Debian has it, with its
// sessions kept on the disk and a queue without a limit.
type seat struct {
	*child
	name    string
	program string // Mosquitto's; "": the embedded one
	dir     string
	address string
	tls     *tls.Config
}

func newSeat(program, dir string) (*seat, error) {
	s := &seat{name: "embedded broker", program: program, dir: dir, address: "127.0.0.1:" + freePort()}
	if program != "" {
		s.name = "Mosquitto"
	}
	if err := os.MkdirAll(s.kept(), 0o700); err != nil {
		return nil, err
	}
	return s, s.start()
}

// kept is the folder of what the broker keeps.
func (s *seat) kept() string { return filepath.Join(s.dir, "broker") }

func (s *seat) start() (err error) {
	if s.program == "" {
		if s.child, err = startChild(&s.address, brokerWord, s.dir, s.address); err != nil {
			return err
		}
		authority, err := enrol.OpenAuthority(filepath.Join(s.dir, "authority"), time.Now())
		if err == nil {
			s.tls = authority.HeadquartersTLS(time.Now)
			s.tls.ServerName = "127.0.0.1"
		}
		return err
	}
	_, port, err := net.SplitHostPort(s.address)
	if err != nil {
		return err
	}
	config := fmt.Sprintf("listener %s 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\npersistence true\npersistence_location %s/\nuser root\n", port, s.kept())
	command, err := startMosquitto(s.program, filepath.Join(s.dir, "mosquitto.conf"), config)
	s.child = &child{command: command}
	return err
}

// dial connects, and waits while the broker is starting.
func (s *seat) dial() (conn net.Conn, err error) {
	ctx, stop := context.WithTimeout(context.Background(), timeout)
	defer stop()
	for ; ; time.Sleep(10 * time.Millisecond) {
		if conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", s.address); err == nil || ctx.Err() != nil {
			break
		}
	}
	if err != nil || s.tls == nil {
		return conn, err
	}
	secured := tls.Client(conn, s.tls)
	if err := secured.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return secured, nil
}

// diskKB is how much lies on the disk for what the broker keeps.
func (s *seat) diskKB() (float64, error) {
	total := int64(0)
	err := filepath.WalkDir(s.kept(), func(_ string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it has just been removed
		}
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			total += info.Size()
		}
		return nil
	})
	return float64(total) / 1e3, err
}
