package mosquitto

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// startLimit is how long a broker may take to listen, on a machine with much else to do.
const startLimit = 30 * time.Second

// FreeAddress is a port of this machine that stays free until the test ends, for what must find it again after a restart:
// whoever asks the kernel for any port gets another, and who asks for this one can listen there if it reuses addresses.
func FreeAddress(t testing.TB) string {
	t.Helper()
	kept, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(kept) })
	var bound syscall.Sockaddr
	if err = syscall.SetsockoptInt(kept, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err == nil {
		if err = syscall.Bind(kept, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err == nil {
			bound, err = syscall.Getsockname(kept)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint("127.0.0.1:", bound.(*syscall.SockaddrInet4).Port)
}

// Start starts the broker of Debian's package on a port of its own, with further lines of its configuration, until the test
// ends; it listens. Without lines it takes everybody, unencrypted.
func Start(t testing.TB, address string, lines ...string) *exec.Cmd {
	t.Helper()
	program, err := exec.LookPath("mosquitto")
	if err != nil {
		program = "/usr/sbin/mosquitto"
	}
	if _, err := os.Stat(program); err != nil {
		if os.Getenv("GATEHOUSE_INTEGRATION") != "" {
			t.Fatal("Mosquitto is not here: apt-get install mosquitto")
		}
		t.Skip("Mosquitto is not here: apt-get install mosquitto")
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(t.TempDir(), "mosquitto.conf")
	if len(lines) == 0 {
		lines = []string{"allow_anonymous true"}
	}
	text := "listener " + port + " " + host + "\nmax_queued_messages 0\n" + strings.Join(lines, "\n") + "\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(program, "-c", config)
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	listens(t, address)
	return command
}

// listens waits until something listens there.
func listens(t testing.TB, address string) {
	t.Helper()
	for deadline := time.Now().Add(startLimit); ; time.Sleep(5 * time.Millisecond) {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			_ = connection.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}
