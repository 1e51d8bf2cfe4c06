package line_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"gatehouse/boards"
	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/line"
)

// patience is how long a test waits for what must happen.
const patience = time.Minute

// adapter is a USB adapter on a pseudo-terminal: its path is gone while it is pulled out, and the same when it is put back.
type adapter struct {
	path string
	mu   sync.Mutex
	far  *os.File
}

func plugIn(t testing.TB, a *adapter) {
	t.Helper()
	far, near, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	name := near.Name()
	near.Close()
	// A file that the runtime polls: closing it ends a read in progress, so that the near side sees the hang-up.
	descriptor, err := syscall.Dup(int(far.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	far.Close()
	if err := syscall.SetNonblock(descriptor, true); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(name, a.path); err != nil {
		t.Fatal(err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.far = os.NewFile(uintptr(descriptor), "far side of "+a.path)
}

// pullOut ends the adapter. Its path goes first: the kernel may give the pseudo-terminal to somebody else.
func (a *adapter) pullOut() {
	_ = os.Remove(a.path)
	_ = a.side().Close()
}

func (a *adapter) side() *os.File {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.far
}

func newAdapter(t testing.TB) *adapter {
	a := &adapter{path: filepath.Join(t.TempDir(), "usb1")}
	plugIn(t, a)
	t.Cleanup(a.pullOut)
	return a
}

func (a *adapter) open(t testing.TB) drivers.Port {
	t.Helper()
	port, err := line.OpenSerial(a.path, drivers.SerialMode{Baud: 9600})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { port.Close() })
	return port
}

// Write and Read make the adapter a far side that can be changed.
func (a *adapter) Write(b []byte) (int, error) { return a.side().Write(b) }
func (a *adapter) Read(b []byte) (int, error)  { return a.side().Read(b) }

func TestTheHostKeepsTheContract(t *testing.T) {
	board, a, edges := bench(t), newAdapter(t), make(chan bool, 100)
	chip := line.NewChip(board)
	chip.OnOutput(func(string, bool, time.Time) { edges <- true })
	far := drivertest.NewHost()
	host := line.OpenVirtual(board, chip, func(_ string, mode drivers.SerialMode) (drivers.Port, error) {
		return line.OpenSerial(a.path, mode)
	}, simulated(far)...)
	loop, horn := board.Inputs["loop"], board.Outputs["horn"]
	drivertest.TestHost(t, drivertest.HostBench{
		Host: host, Input: "loop", Output: "horn", Serial: "uart1",
		Drive:  func(active bool) { chip.Drive(loop.Line, loop.High(active)) },
		Active: func() bool { return horn.Active(chip.High(horn.Line)) },
		Edges:  func() int { return len(edges) },
		Far:    a,
		HangUp: func() { a.pullOut(); plugIn(t, a) },
		Group:  []string{"loop", "wire"},
		DriveGroup: func(index int, active bool) {
			input := []boards.Input{loop, board.Inputs["wire"]}[index]
			chip.Drive(input.Line, input.High(active))
		},
		I2C: "bus", AttachI2C: far.FakeI2C("bus").Attach,
		SPI: "shift", AttachSPI: far.FakeSPI("shift").Attach,
	})
	if err := host.Close(); err != nil {
		t.Error(err)
	}
}

// read reads until it has so many bytes, or an error.
func read(t testing.TB, port drivers.Port, want int) ([]byte, error) {
	t.Helper()
	var got []byte
	chunk := make([]byte, 3) // small, so that bytes have to be kept
	for deadline := time.Now().Add(patience); len(got) < want; {
		n, err := port.Read(chunk)
		if got = append(got, chunk[:n]...); err != nil {
			return got, err
		}
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %X", got)
		}
	}
	return got, nil
}

// Half a frame, a silence, the other half: nothing is lost, and the silence is no error.
func TestAFrameInPieces(t *testing.T) {
	a := newAdapter(t)
	port := a.open(t)
	frame := []byte{0xFF, 0x07, 0xFF, 0x05} // FF as data, as in a distance of 2047 mm
	_, _ = a.Write(frame[:3])
	got, err := read(t, port, 3)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := port.Read(make([]byte, 8)); n != 0 || err != nil {
		t.Errorf("in the silence: (%d, %v)", n, err)
	}
	_, _ = a.Write(frame[3:])
	rest, err := read(t, port, 1)
	if got = append(got, rest...); err != nil || !bytes.Equal(got, frame) {
		t.Errorf("%X, %v", got, err)
	}
}

func TestPullingThePlugIsAnErrorAndPuttingItBackHeals(t *testing.T) {
	a := newAdapter(t)
	port := a.open(t)
	a.pullOut()
	if _, err := read(t, port, 1); !errors.Is(err, drivers.ErrOffline) || !strings.Contains(err.Error(), a.path) {
		t.Errorf("read: %v", err)
	}
	if _, err := port.Write([]byte("x")); !errors.Is(err, drivers.ErrOffline) {
		t.Errorf("write: %v", err)
	}
	if err := port.Close(); err != nil {
		t.Error(err)
	}
	if _, err := line.OpenSerial(a.path, drivers.SerialMode{Baud: 9600}); !errors.Is(err, drivers.ErrOffline) {
		t.Errorf("while it is out: %v", err)
	}
	plugIn(t, a)
	again := a.open(t)
	_, _ = a.Write([]byte("back"))
	if got, err := read(t, again, 4); string(got) != "back" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// The plug is pulled in the middle of a frame: what had come is read, then the error; the rest never mixes with what comes
// after the plug is back.
func TestPullingThePlugInTheMiddleOfAFrame(t *testing.T) {
	a := newAdapter(t)
	port := a.open(t)
	_, _ = a.Write([]byte{0xFF, 0x07, 0xA1})
	if got, err := read(t, port, 3); err != nil || len(got) != 3 {
		t.Fatalf("% X, %v", got, err)
	}
	a.pullOut()
	if got, err := read(t, port, 1); !errors.Is(err, drivers.ErrOffline) {
		t.Errorf("% X, %v", got, err)
	}
	port.Close()
	plugIn(t, a)
	again := a.open(t)
	frame := []byte{0xFF, 0x08, 0x98, 0x9F}
	_, _ = a.Write(frame)
	if got, err := read(t, again, 4); err != nil || !bytes.Equal(got, frame) {
		t.Errorf("% X, %v", got, err)
	}
}

// Another program, or another device of ours, has the port.
func TestAPortThatIsTaken(t *testing.T) {
	a := newAdapter(t)
	port := a.open(t)
	_, err := line.OpenSerial(a.path, drivers.SerialMode{Baud: 9600})
	if !errors.Is(err, line.ErrPortBusy) || !errors.Is(err, drivers.ErrOffline) || !strings.Contains(err.Error(), "fuser -v") {
		t.Errorf("error %v", err)
	}
	port.Close()
	a.open(t)
}

// A pseudo-terminal can't switch the direction of a transceiver, as most USB adapters can't.
func TestAPortThatCantSwitchRS485(t *testing.T) {
	a := newAdapter(t)
	uart := boards.UART{Name: "bus", Path: a.path, RS485: boards.RS485Kernel, MaxBaud: 19200}
	if _, err := line.OpenUART(uart, drivers.SerialMode{Baud: 9600}); !errors.Is(err, drivers.ErrSettings) || !strings.Contains(err.Error(), `rs485 = "auto"`) {
		t.Errorf("error %v", err)
	}
	uart.RS485 = boards.RS485Auto
	if _, err := line.OpenUART(uart, drivers.SerialMode{Baud: 115200}); !errors.Is(err, drivers.ErrSettings) || !strings.Contains(err.Error(), "takes 19200 at most") {
		t.Errorf("error %v", err)
	}
	port, err := line.OpenUART(uart, drivers.SerialMode{Baud: 9600})
	if err != nil {
		t.Fatal(err)
	}
	port.Close()
}

// Whatever speed a site file may name, the serial library knows it.
func TestEverySpeedCanBeHad(t *testing.T) {
	a := newAdapter(t)
	for _, baud := range drivers.Bauds() {
		for _, parity := range []byte{0, 'N', 'E', 'O'} {
			port, err := line.OpenSerial(a.path, drivers.SerialMode{Baud: baud, Parity: parity})
			if err != nil {
				t.Errorf("%d baud, parity %q: %v", baud, parity, err)
				continue
			}
			port.Close()
		}
	}
}

// Both numbers of stop bits reach the port; what it can't have is a mistake in the site file.
func TestStopBits(t *testing.T) {
	for stopBits, want := range map[int]uint32{0: 0, 1: 0, 2: unix.CSTOPB} {
		a := newAdapter(t)
		port, err := line.OpenSerial(a.path, drivers.SerialMode{Baud: 9600, StopBits: stopBits})
		if err != nil {
			t.Fatal(err)
		}
		device, err := os.Open(a.path)
		if err != nil {
			t.Fatal(err)
		}
		settings, err := unix.IoctlGetTermios(int(device.Fd()), unix.TCGETS)
		if err != nil || settings.Cflag&unix.CSTOPB != want {
			t.Errorf("%d stop bits: flags %x, error %v", stopBits, settings.Cflag, err)
		}
		device.Close()
		port.Close()
	}
	_, err := line.OpenSerial(newAdapter(t).path, drivers.SerialMode{Baud: 9600, StopBits: 3})
	if !errors.Is(err, drivers.ErrSettings) || !strings.Contains(err.Error(), "stop_bits = 3: write 1 or 2") {
		t.Errorf("error %v", err)
	}
}

// A driver is waiting for bytes when the gateway closes the port.
func TestClosingEndsARead(t *testing.T) {
	port := newAdapter(t).open(t)
	ended := make(chan error, 1)
	go func() {
		for {
			if _, err := port.Read(make([]byte, 1)); err != nil {
				ended <- err
				return
			}
		}
	}()
	if err := port.Close(); err != nil {
		t.Error(err)
	}
	select {
	case err := <-ended:
		if !errors.Is(err, drivers.ErrOffline) {
			t.Errorf("error %v", err)
		}
	case <-time.After(patience):
		t.Error("the read did not end")
	}
}

// Nobody takes the bytes: writing is given up, and closing does not hang.
func TestAFarSideThatTakesNothing(t *testing.T) {
	port := newAdapter(t).open(t)
	var err error
	for range 100 {
		if _, err = port.Write(make([]byte, 1000)); err != nil {
			break
		}
	}
	if !errors.Is(err, drivers.ErrOffline) {
		t.Errorf("error %v", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- port.Close() }()
	select {
	case <-ended:
	case <-time.After(patience):
		t.Error("closing hangs")
	}
}

// rawPort is a port of tarm's: silence is io.EOF after a tenth of a second, a hang-up is io.EOF at once.
type rawPort struct {
	gone  bool
	reads int
}

func (r *rawPort) Read([]byte) (int, error) {
	r.reads++
	if !r.gone {
		time.Sleep(100 * time.Millisecond)
	}
	return 0, io.EOF
}

func (r *rawPort) Write(b []byte) (int, error) { return len(b), nil }
func (r *rawPort) Close() error                { return nil }

func TestSilenceAndHangUpAreToldApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		raw := &rawPort{}
		port := line.NewSerialPort(raw)
		defer port.Close()
		for range 1000 {
			if n, err := port.Read(make([]byte, 8)); n != 0 || err != nil {
				t.Fatalf("silence is (%d, %v)", n, err)
			}
		}
		raw.gone, raw.reads = true, 0
		_, err := read(t, port, 1)
		if !errors.Is(err, drivers.ErrOffline) || raw.reads != 2 {
			t.Errorf("a hang-up is %v, after %d reads", err, raw.reads)
		}
	})
}

// lateRaw takes bytes after a while.
type lateRaw struct {
	rawPort
	after time.Duration
}

func (r *lateRaw) Write(b []byte) (int, error) {
	time.Sleep(r.after)
	return len(b), nil
}

// The time of a write is over in the moment in which it ends: it was done, and nobody prints a ticket twice.
func TestAWriteThatIsHeardLateIsDone(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			port := line.NewSerialPort(&lateRaw{after: 500*time.Millisecond + 12*time.Second/115200})
			defer port.Close()
			if n, err := port.Write([]byte("x")); n != 1 || err != nil {
				t.Errorf("%d bytes, %v", n, err)
			}
		})
	}
}

func TestWrongNamesAndModesSayWhatToWrite(t *testing.T) {
	l := newLot(t)
	defer l.host.Close()
	_, input := l.host.Input("lop")
	_, outp := l.host.Output("rise")
	_, port := l.host.Serial("uart9", drivers.SerialMode{Baud: 9600})
	_, mode := line.OpenSerial("any", drivers.SerialMode{Baud: 12345})
	for _, c := range []struct {
		err  error
		want string
	}{
		{input, `the board bench has no input "lop": write one of [fire loop wire]`},
		{outp, `the board bench has no output "rise": write one of [alarm bypass horn lamp lower raise]`},
		{port, `the board bench has no serial port "uart9": write one of [uart1 uart2]`},
		{mode, "baud = 12345: write one of [300 600 1200"},
	} {
		if !errors.Is(c.err, drivers.ErrSettings) || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("error %v\nwant  %s", c.err, c.want)
		}
	}
	if _, err := l.host.Serial("uart1", drivers.SerialMode{Baud: 9600}); !errors.Is(err, drivers.ErrOffline) {
		t.Errorf("nothing is plugged in: %v", err)
	}
}

func TestWhatIsInUseIsRefused(t *testing.T) {
	board, a := bench(t), newAdapter(t)
	host := line.OpenVirtual(board, line.NewChip(board), func(_ string, mode drivers.SerialMode) (drivers.Port, error) {
		return line.OpenSerial(a.path, mode)
	})
	port, err := host.Serial("uart1", drivers.SerialMode{Baud: 9600})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := host.Serial("uart1", drivers.SerialMode{Baud: 9600}); !errors.Is(err, line.ErrTaken) || !strings.Contains(err.Error(), "serial port uart1") {
		t.Errorf("error %v", err)
	}
	port.Close()
	second, err := host.Serial("uart1", drivers.SerialMode{Baud: 9600})
	if err != nil {
		t.Fatal(err)
	}
	port.Close() // closed twice: the second device keeps what it has
	if _, err := host.Serial("uart1", drivers.SerialMode{Baud: 9600}); !errors.Is(err, line.ErrTaken) {
		t.Errorf("error %v", err)
	}
	if err := host.Close(); err != nil {
		t.Error(err)
	}
	if _, err := second.Read(make([]byte, 1)); !errors.Is(err, drivers.ErrOffline) {
		t.Errorf("a port of a closed board: %v", err)
	}
	if _, err := host.Serial("uart1", drivers.SerialMode{Baud: 9600}); !errors.Is(err, line.ErrClosed) {
		t.Errorf("a closed board: %v", err)
	}
}

// The chip's label exists nowhere, so that this test moves no relay even on a Pi.
func TestABoardThatIsNotThere(t *testing.T) {
	board, err := boards.Parse([]byte(`
name = "nowhere"
backend = "chardev"
lines.k1 = { chip = "no such chip", line = 1, active_low = false }
lines.k2 = { pin = "no such pin", active_low = true }
outputs.one = { line = "k1", max_on_ms = 1000 }
inputs.two = { line = "k2" }
`), "nowhere.toml")
	if err != nil {
		t.Fatal(err)
	}
	host, err := line.Open(board)
	if err != nil {
		t.Fatal(err)
	}
	defer host.Close()
	_, one := host.Output("one")
	_, two := host.Input("two")
	if !errors.Is(one, drivers.ErrOffline) || !strings.Contains(two.Error(), "right board file") {
		t.Errorf("errors %v, %v", one, two)
	}
}

func TestAVirtualBoardIsNotOpenedAsARealOne(t *testing.T) {
	if _, err := line.Open(bench(t)); err == nil {
		t.Error("it was opened")
	}
}

func TestAPortThatIsNotThere(t *testing.T) {
	_, err := line.OpenSerial(filepath.Join(t.TempDir(), "ttyAMA7"), drivers.SerialMode{Baud: 9600})
	if !errors.Is(err, line.ErrPortAbsent) || !errors.Is(err, drivers.ErrOffline) {
		t.Errorf("%v", err)
	}
}
