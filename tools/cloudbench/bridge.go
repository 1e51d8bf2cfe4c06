package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"gatehouse/sync/mqtt"
	"gatehouse/tools/demo/cut"
)

// bridge is a peer: two Mosquittos of Debian's package, the lot's with a bridge to headquarters'. Both are as they come, but for a
// queue without a limit, or they would lose most facts. Neither flushes anything before it acknowledges.
type bridge struct {
	edge, hub *exec.Cmd
	edgeAt    string
	network   *cut.Wire
	received  *receiver
}

var bridgeTopic = mqtt.Topic("main", string(benchLocation), mqtt.KindFacts)

// findMosquitto is Debian's program; "" if it is not here.
func findMosquitto() string {
	for _, name := range []string{"mosquitto", "/usr/sbin/mosquitto"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

func newBridge(program, dir string) (b *bridge, err error) {
	b = &bridge{}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.close())
		}
	}()
	const open = "listener %s 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n"
	hubPort, edgePort := freePort(), freePort()
	if b.hub, err = startMosquitto(program, filepath.Join(dir, "hub.conf"), fmt.Sprintf(open, hubPort)); err != nil {
		return b, err
	}
	if b.network, err = cut.New("127.0.0.1:" + hubPort); err != nil {
		return b, err
	}
	_, wirePort, err := net.SplitHostPort(b.network.Address())
	if err != nil {
		return b, err
	}
	config := fmt.Sprintf(open+"connection headquarters\naddress 127.0.0.1:%s\ntopic %s out 1\ncleansession false\nnotifications false\n"+
		"try_private false\nrestart_timeout 1\n", edgePort, wirePort, bridgeTopic)
	if b.edge, err = startMosquitto(program, filepath.Join(dir, "edge.conf"), config); err != nil {
		return b, err
	}
	b.edgeAt = "127.0.0.1:" + edgePort
	b.received, err = subscribe("127.0.0.1:"+hubPort, bridgeTopic)
	return b, err
}

func startMosquitto(program, file, config string) (*exec.Cmd, error) {
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return nil, err
	}
	command := exec.Command(program, "-c", file)
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return command, command.Start()
}

// freePort is one that nobody has at the moment.
func freePort() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "0"
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}

// catchUp has the facts wait at the lot's broker, and measures from the network's return until all have come out of
// headquarters' broker.
func (b *bridge) catchUp(outage time.Duration, raw [][]byte) (h healed, err error) {
	b.network.Set(true)
	began := time.Now()
	if err := publish(b.edgeAt, bridgeTopic, raw); err != nil {
		return h, err
	}
	time.Sleep(outage - time.Since(began))
	return heal(b.network, b.received.count, func() (bool, error) { return b.received.count() >= len(raw), b.received.failure() })
}

func (b *bridge) close() error {
	if b.received != nil {
		b.received.close()
	}
	if b.network != nil {
		b.network.Close()
	}
	for _, command := range []*exec.Cmd{b.edge, b.hub} {
		if command != nil && command.Process != nil {
			_ = command.Process.Kill()
			_ = command.Wait() // killed, and so it says
		}
	}
	return nil
}
