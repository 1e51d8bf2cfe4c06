// Command demo runs a car park and its headquarters on this machine, as two processes with a network between them that can
// be cut and healed: a button on the page, or Enter.
//
//	demo [--gateway bin/gatehouse] [--listen 127.0.0.1:8090]
//
// The lot is gatehouse demo, and takes its settings from the same variables: SPEED, FROM, UNTIL, SEED, LISTEN. Everything
// is kept in a folder that is deleted afterwards.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // the lot's zone, on machines that have none

	"gatehouse/cloud/app"
	"gatehouse/cloud/broker"
	"gatehouse/cloud/ledger"
	"gatehouse/sync/commandline"
	"gatehouse/sync/rest"
	"gatehouse/sync/uplink/identity"
	"gatehouse/tools/demo/cut"
)

// What headquarters is called, and the lot of gatehouse demo.
const (
	chain    = "demo-chain"
	location = "demo-mall"
	name     = "Mall P8"
	zone     = "Asia/Shanghai"
	currency = "CNY"
)

type options struct {
	Gateway string `help:"The gatehouse program." default:"bin/gatehouse" type:"path"`
	Listen  string `help:"Address of the page with the switch." default:"127.0.0.1:8090"`
	Cloud   string `help:"Address of headquarters." default:"127.0.0.1:8443"`
	Lot     string `help:"Address of the lot's page." default:"127.0.0.1:8080" env:"LISTEN"`
}

func main() {
	program := commandline.Program{
		Name: "demo", Description: "A car park, its headquarters, and a network to cut.", Out: os.Stdout, Errs: os.Stderr,
	}
	os.Exit(program.Run(os.Args[1:], &options{}))
}

// Run plays until the lot's day ends, or somebody ends it.
func (o options) Run() error {
	if err := o.addressesFree(); err != nil {
		return err
	}
	if _, port, _ := net.SplitHostPort(o.Lot); port == "0" {
		return fmt.Errorf("%w: --lot %s: name the port, which the page must know", commandline.ErrUsage, o.Lot)
	}
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // it is under nohup
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	defer stop()
	if err := o.run(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

func (o options) run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "gatehouse-chain-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	token := rest.NewTokenText()
	hq, err := headquarters(ctx, o.Cloud, dir, token)
	if err != nil {
		return err
	}
	defer hq.Close()
	wire, err := cut.New(strings.TrimPrefix(hq.BrokerURL(), "tls://"))
	if err != nil {
		return err
	}
	defer wire.Close()
	who := filepath.Join(dir, "identity")
	if err := enrol(ctx, hq, who); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return err
	}
	s := &page{lot: o.Lot, hq: hq, wire: wire, client: &http.Client{Timeout: time.Second}}
	if err := s.frameBoth(); err != nil {
		return err
	}
	server := &http.Server{Handler: s.handler(), ReadHeaderTimeout: 5 * time.Second}
	defer server.Close()
	go func() { _ = server.Serve(listener) }() // it ends with the demonstration
	go byKeyboard(os.Stdin, wire)
	announce(o, listener.Addr().String(), hq.Address(), token)
	return play(ctx, o, who, wire.Address())
}

// addressesFree is an error that names the addresses which other programs have, and says how to take others.
func (o options) addressesFree() error {
	var taken error
	flags := ""
	for i, a := range []struct{ flag, address string }{{"--listen", o.Listen}, {"--cloud", o.Cloud}, {"--lot", o.Lot}} {
		if err := broker.Vacant(a.address); err != nil {
			taken = errors.Join(taken, err)
			flags += fmt.Sprintf(" %s 127.0.0.1:%d", a.flag, 9090+i)
		}
	}
	if taken == nil {
		return nil
	}
	return fmt.Errorf("%w, as in make demo DEMO=\"%s\"", taken, strings.TrimSpace(flags))
}

// headquarters is an aggregator that knows the lot. Whoever has the token may decide there, and anybody here may look and operate.
func headquarters(ctx context.Context, listen, dir, token string) (*app.App, error) {
	hq, err := app.New(ctx, app.Options{
		Dir: filepath.Join(dir, "headquarters"), Listen: listen, MQTT: "127.0.0.1:0", Version: "demo", Open: true, Chain: chain,
		Tokens: []rest.Token{rest.NewToken("you", rest.RoleConfigure, token)},
		Log:    slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
	})
	if err != nil {
		return nil, err
	}
	at, err := time.LoadLocation(zone)
	if err == nil {
		err = hq.SetLocation(ledger.Location{ID: location, Name: name, Zone: at, Currency: currency}, zone)
	}
	if err == nil {
		err = hq.Start()
	}
	if err != nil {
		return nil, errors.Join(err, hq.Close())
	}
	return hq, nil
}

// enrol does what an operator and a technician do: a code here, lotctl enrol there.
func enrol(ctx context.Context, hq *app.App, dir string) error {
	code, err := hq.Registry().NewCode(ctx, location, "demonstration", false)
	if err != nil {
		return err
	}
	_, err = identity.Enrol(ctx, identity.Enrolment{Dir: dir, URL: "https://" + hq.Address(), Code: code, Authority: hq.Authority().PEM()})
	return err
}

// play runs the lot. It speaks for itself, and ends when its day does.
func play(ctx context.Context, o options, identity, broker string) error {
	runtime.LockOSThread() // the lot is told when the thread that started it ends
	lot := exec.CommandContext(ctx, o.Gateway, "demo", "--today", "--listen", o.Lot, "--identity", identity, "--broker", "tls://"+broker)
	lot.Cancel = func() error { return lot.Process.Signal(syscall.SIGTERM) }
	lot.WaitDelay = 10 * time.Second
	lot.Stdout, lot.Stderr = os.Stdout, os.Stderr
	lot.SysProcAttr = &syscall.SysProcAttr{
		Setpgid:   true,            // Ctrl-C comes to us alone, so that both end in order
		Pdeathsig: syscall.SIGTERM, // and it goes with us if we are killed
	}
	if err := lot.Run(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("the lot ended: %w (make demo builds %s)", err, o.Gateway)
	}
	return nil
}

func announce(o options, page, cloud, token string) {
	fmt.Printf(`
  A car park and its headquarters, with a network between them.

      both, and the switch   http://%s/
      the lot                http://%s/
      headquarters           https://%s/   (with a certificate of its own: the page above shows it without a warning)
      to decide there        https://%s/login?token=%s

  Enter cuts the network, and heals it again. Ctrl-C ends everything.
`, page, o.Lot, cloud, cloud, token)
}

// byKeyboard has each Enter turn the switch.
func byKeyboard(keys io.Reader, wire *cut.Wire) {
	for lines := bufio.NewScanner(keys); lines.Scan(); {
		wire.Set(!wire.IsCut())
		if wire.IsCut() {
			fmt.Println("  --- the network is cut: the lot goes on by itself; Enter heals it")
		} else {
			fmt.Println("  --- the network is back")
		}
	}
}
