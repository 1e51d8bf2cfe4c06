package cut_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"gatehouse/tools/demo/cut"
)

// echo answers each line with itself.
func echo(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = io.Copy(conn, conn)
			}()
		}
	}()
	return listener.Addr().String()
}

func talk(conn net.Conn) error {
	if _, err := io.WriteString(conn, "word\n"); err != nil {
		return err
	}
	_, err := bufio.NewReader(conn).ReadString('\n')
	return err
}

func TestACutWireCarriesNothingAndAHealedOneDoes(t *testing.T) {
	wire, err := cut.New(echo(t))
	if err != nil {
		t.Fatal(err)
	}
	defer wire.Close()
	dial := func() net.Conn {
		conn, err := net.Dial("tcp", wire.Address())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	open := dial()
	if err := talk(open); err != nil {
		t.Fatal(err)
	}
	wire.Set(true)
	if talk(open) == nil || talk(dial()) == nil || !wire.IsCut() {
		t.Error("a cut wire carried something")
	}
	wire.Set(false)
	if err := talk(dial()); err != nil || wire.IsCut() {
		t.Errorf("healed, and yet: %v", err)
	}
	const words = int64(2 * len("word\n"))
	if there, back := wire.Bytes(); there != words || back != words {
		t.Errorf("%d bytes there and %d back, not %d", there, back, words)
	}
}

// listening is how long nothing may come of a silent wire: an echo takes a thousandth of it.
const listening = 200 * time.Millisecond

// A silent wire looks whole to both ends. What was said into it goes on with it, or is lost when it is cut.
func TestASilentWireCarriesNothingAndBreaksNothing(t *testing.T) {
	wire, err := cut.New(echo(t))
	if err != nil {
		t.Fatal(err)
	}
	defer wire.Close()
	conn, err := net.Dial("tcp", wire.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := talk(conn); err != nil {
		t.Fatal(err)
	}
	before, _ := wire.Bytes()
	wire.Silence(true)
	if _, err := io.WriteString(conn, "word\n"); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(listening))
	if n, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a silent wire carried %d bytes back: %v", n, err)
	}
	if there, _ := wire.Bytes(); there != before {
		t.Errorf("a silent wire carried %d bytes there", there-before)
	}
	wire.Silence(false)
	_ = conn.SetReadDeadline(time.Time{})
	if word, err := bufio.NewReader(conn).ReadString('\n'); word != "word\n" {
		t.Errorf("what was said into a silent wire came as %q: %v", word, err)
	}
	wire.Silence(true)
	answered := make(chan error, 1)
	go func() { answered <- talk(conn) }()
	wire.Set(true)
	if err := <-answered; err == nil {
		t.Error("what was said into a silent wire outlived the cut")
	}
}
