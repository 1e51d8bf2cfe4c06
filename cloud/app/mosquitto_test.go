package app_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"gatehouse/cloud/app"
	"gatehouse/cloud/app/apptest"
)

// mosquitto starts the broker of Debian's package on a port of its own, without certificates.
func mosquitto(t *testing.T, address string) *exec.Cmd {
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
	if err := os.WriteFile(config, []byte("listener "+port+" "+host+"\nallow_anonymous true\nmax_queued_messages 0\n"), 0o600); err != nil {
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
	return command
}

func TestAnyBrokerCarriesFactsAndMayDieMeanwhile(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	broker := mosquitto(t, address)
	a, err := app.New(t.Context(), app.Options{Dir: t.TempDir(), Broker: "tcp://" + address, TrustBroker: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	if err := a.Start(); err != nil {
		t.Fatal(err)
	}
	g, err := apptest.New("p8", 1, 3_000, 50)
	if err != nil {
		t.Fatal(err)
	}
	g.Trust("main")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var group sync.WaitGroup
	var failure error
	group.Go(func() { failure = g.Send(ctx, "tcp://"+address) })
	for range 2 {
		time.Sleep(300 * time.Millisecond)
		_ = broker.Process.Kill()
		_ = broker.Wait()
		broker = mosquitto(t, address)
	}
	group.Wait()
	if failure != nil {
		t.Fatal(failure)
	}
	if digest(t, a.Store(), "p8") != want(g) {
		t.Error("the rows are not what the facts come to")
	}
}
