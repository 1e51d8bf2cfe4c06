package main

import (
	"net"
	"strings"
	"testing"

	"gatehouse/drivers/zvt"
	"gatehouse/sync/commandline"
)

// terminal is a simulated terminal on a real connection.
func terminal(t *testing.T) (address string, simulators chan *zvt.Simulator) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	simulators = make(chan *zvt.Simulator, 1)
	go func() {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		t.Cleanup(func() { connection.Close() })
		simulator := zvt.NewSimulator(connection, false)
		simulators <- simulator
		_ = simulator.Run() // until the test ends
	}()
	return listener.Addr().String(), simulators
}

func TestTerminalCommands(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"end-of-day", "handed its payments in"},
		{"reverse 0001-000001", "0001-000001 was taken back"},
	} {
		address, simulators := terminal(t)
		var out, errs strings.Builder
		exit := run(append(strings.Fields("terminal "+c.args), "--address", address), &out, &errs)
		if exit != 0 || !strings.Contains(out.String(), c.want) {
			t.Errorf("%s: exit %d, %s%s", c.args, exit, out.String(), errs.String())
		}
		if simulator := <-simulators; strings.HasPrefix(c.args, "reverse") && simulator.Charged() != -1 {
			t.Errorf("reversed %d", -simulator.Charged())
		}
	}
}

func TestTerminalCommandsSayWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		args string
		exit int
		want string
	}{
		{"end-of-day", commandline.ExitUsage, "missing flags"},
		{"end-of-day --address nowhere", commandline.ExitUsage, "write a host and a port"},
		{"end-of-day --address 127.0.0.1:1 --password x", commandline.ExitUsage, "write six digits"},
		{"end-of-day --address 127.0.0.1:1", commandline.ExitWrong, "connect"},
		{"end-of-day --port /dev/nosuchport", commandline.ExitWrong, "/dev/nosuchport"},
	} {
		var out, errs strings.Builder
		if exit := run(strings.Fields("terminal "+c.args), &out, &errs); exit != c.exit || !strings.Contains(errs.String(), c.want) {
			t.Errorf("%s: exit %d, %s", c.args, exit, errs.String())
		}
	}
}
