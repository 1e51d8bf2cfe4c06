package integration

import (
	"fmt"
	"net"
	"os/exec"
	"strings"
	"testing"

	"gatehouse/tools/demo/cut"
)

// network is the way from one gateway to headquarters.
type network interface {
	// wrap makes a command that reaches headquarters only by this way.
	wrap(command ...string) []string
	// host is where headquarters' ports are, as seen from the gateway's end; api is where the gateway's own are, as seen
	// from here.
	host() string
	api() string
	port(real string) string
	cut()
	heal()
}

// proxy is a network that a process in the middle cuts: connections end, and new ones do at once.
type proxy struct{ *cut.Wire }

func newProxy(t *testing.T, to string) proxy {
	t.Helper()
	wire, err := cut.New(to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(wire.Close)
	return proxy{wire}
}

func (p proxy) cut()                            { p.Set(true) }
func (p proxy) heal()                           { p.Set(false) }
func (p proxy) wrap(command ...string) []string { return command }
func (p proxy) host() string                    { return "127.0.0.1" }
func (p proxy) api() string                     { return "127.0.0.1" }

func (p proxy) port(string) string {
	_, port, _ := net.SplitHostPort(p.Address())
	return port
}

// namespace is a network namespace with two cables to this machine: one to headquarters, which is pulled and plugged, and
// one by which the test asks the gateway. A pulled cable loses packets without a word, as a dead line does.
type namespace struct {
	t      *testing.T
	name   string
	number int
}

// newNamespace is false where the kernel or the rights don't allow it.
func newNamespace(t *testing.T, number int) (*namespace, bool) {
	t.Helper()
	n := &namespace{t: t, name: fmt.Sprintf("gatehouse%d", number), number: number}
	if exec.Command("ip", "netns", "add", n.name).Run() != nil {
		return nil, false
	}
	t.Cleanup(func() { n.ip("netns", "del", n.name) })
	for i, cable := range []string{"w", "m"} {
		near, far := cable+n.name, cable+n.name+"g"
		n.ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", n.name)
		n.ip("addr", "add", fmt.Sprintf("10.213.%d.1/24", n.number*2+i), "dev", near)
		n.ip("link", "set", near, "up")
		n.ip("-n", n.name, "addr", "add", fmt.Sprintf("10.213.%d.2/24", n.number*2+i), "dev", far)
		n.ip("-n", n.name, "link", "set", far, "up")
	}
	n.ip("-n", n.name, "link", "set", "lo", "up")
	return n, true
}

func (n *namespace) ip(args ...string) {
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		n.t.Errorf("ip %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

func (n *namespace) wrap(command ...string) []string {
	return append([]string{"ip", "netns", "exec", n.name}, command...)
}
func (n *namespace) host() string            { return fmt.Sprintf("10.213.%d.1", n.number*2) }
func (n *namespace) api() string             { return fmt.Sprintf("10.213.%d.2", n.number*2+1) }
func (n *namespace) port(real string) string { return real }
func (n *namespace) cut()                    { n.ip("link", "set", "w"+n.name, "down") }
func (n *namespace) heal()                   { n.ip("link", "set", "w"+n.name, "up") }
