package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"gatehouse/boards"
	"gatehouse/drivers"
	"gatehouse/drivers/all"
	"gatehouse/drivers/line"
	"gatehouse/drivers/mqttbroker"
	"gatehouse/drivers/watchdog"
	"gatehouse/gateway/app"
	"gatehouse/gateway/site"
	"gatehouse/sync/tomlfile"
)

type runCommand struct {
	Site string `help:"Site file." default:"/etc/gatehouse/site.toml" type:"path"`
	Data string `help:"Folder for the journal." default:"/var/lib/gatehouse" type:"path"`
}

// Run serves until SIGTERM or SIGINT. A second one ends it at once.
func (c *runCommand) Run() error {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("the data folder can't be made: %w", err)
	}
	loaded, err := site.Load(c.Site, c.Data, all.Catalog())
	if err != nil {
		return orBegin(err)
	}
	sayHow(loaded, c.Site, log)
	ctx, stop := untilSignal()
	defer stop()
	machine := openMachine(loaded.Site, log)
	defer machine.release()
	return serve(ctx, gateway{
		loaded: loaded, data: c.Data, host: machine.host, noBoard: machine.absent, clock: app.NewClock(), log: log, guard: machine.guard,
	})
}

// sayHow logs what there is to know of how the site was loaded.
func sayHow(loaded site.Loaded, file string, log *slog.Logger) {
	if loaded.Broken != nil {
		log.Error("SAFE MODE: the site file can't be used; running on the last good one", "file", file, "err", tomlfile.InOneLine(loaded.Broken.Error()))
	}
	if loaded.NotKept != nil {
		log.Error("the site file can't be kept as the last good one", "err", loaded.NotKept)
	}
	for _, warning := range loaded.Warnings {
		log.Warn("site file", "warning", tomlfile.InOneLine(warning))
	}
	var problems tomlfile.Problems
	if errors.As(loaded.Wiring(noHost{err: errNotOpened}), &problems) {
		for _, p := range problems {
			log.Error("site file: a device can't work as it is described", "line", p.Line, "key", p.Key, "what", p.What, "do", p.Do)
		}
	}
}

// untilSignal is a context that ends with the first SIGTERM or SIGINT, or when the terminal is closed; under nohup, that is
// ignored.
func untilSignal() (context.Context, context.CancelFunc) {
	signals := []os.Signal{syscall.SIGTERM, syscall.SIGINT}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, stop) // from then on a signal does what it does to any process
	return ctx, stop
}

// machine is what a gateway stands on.
type machine struct {
	host    drivers.Host
	guard   guard        // nil: the board has no watchdog
	release func()       // makes the outputs safe in the end
	absent  func() error // says why the board, or its lines, can't be opened now
}

// openMachine opens the board. One that can't be opened leaves its devices offline; the gateway starts all the same, and shows
// the error.
func openMachine(s *site.Site, log *slog.Logger) machine {
	brokers := brokersOf(s, log)
	board, err := boards.Load(s.Board)
	if err == nil {
		var opened *line.Host
		if opened, err = line.Open(board, line.WithBrokers(brokers.Open)); err == nil {
			if err := opened.Absent(); err != nil {
				log.Error("the board's lines can't be opened now; devices on them are offline", "board", s.Board, "err", err)
			}
			return machine{host: opened, guard: guardOf(board, opened, log), absent: opened.Absent, release: func() {
				if err := opened.Close(); err != nil {
					log.Error("the board's outputs can't be made safe", "err", err)
				}
			}}
		}
	}
	log.Error("board can't be opened; its devices are offline", "board", s.Board, "err", err)
	return machine{host: noHost{err, brokers}, guard: guardOf(board, nil, log), absent: func() error { return err }, release: func() {}}
}

// brokersOf are the MQTT brokers that devices may name.
func brokersOf(s *site.Site, log *slog.Logger) mqttbroker.Brokers {
	known := map[string]mqttbroker.Broker{}
	for _, b := range s.Brokers {
		known[b.Name] = mqttbroker.Broker{URL: b.URL, Username: b.Username, Password: b.Password, CA: b.CA}
	}
	return mqttbroker.Brokers{Known: known, Client: "gatehouse-" + string(s.Lot.Location), Log: log}
}

// guard feeds the board's watchdog while a gateway runs, until ctx ends.
type guard func(ctx context.Context, running *app.App)

// guardOf is nil for a board without a watchdog. The outputs are a loop to ask for if the board could be opened.
func guardOf(board boards.Board, opened *line.Host, log *slog.Logger) guard {
	if board.Watchdog.Device == "" {
		return nil
	}
	return func(ctx context.Context, running *app.App) {
		timer, timeout, err := watchdog.Open(board.Watchdog.Device, time.Duration(board.Watchdog.TimeoutS)*time.Second)
		if err != nil {
			log.Error("the machine does not restart if the gateway hangs", "err", err)
			return
		}
		loops := []watchdog.Loop{{Name: "lot", Alive: running.Alive}}
		if opened != nil {
			loops = append(loops, watchdog.Loop{Name: "outputs", Alive: opened.Alive})
		}
		watchdog.Guard(ctx, timer, timeout, loops, log)
	}
}

// noHost is a board that can't be opened. Brokers are in the network, and can.
type noHost struct {
	err     error
	brokers mqttbroker.Brokers
}

// Input is offline.
func (h noHost) Input(string) (drivers.Input, error) { return nil, h.offline() }

// Output is offline.
func (h noHost) Output(string) (drivers.Output, error) { return nil, h.offline() }

// Serial is offline.
func (h noHost) Serial(string, drivers.SerialMode) (drivers.Port, error) { return nil, h.offline() }

// Group says why nothing can be opened.
func (h noHost) Group([]string) (drivers.Group, error) { return nil, h.offline() }

// I2C says why nothing can be opened.
func (h noHost) I2C(string, uint16) (drivers.Transactor, error) { return nil, h.offline() }

// Multiplexer says why nothing can be opened.
func (h noHost) Multiplexer(string, uint16) drivers.Multiplexer { return noMultiplexer(h) }

// noMultiplexer is one on a board that can't be opened.
type noMultiplexer noHost

// I2C says why nothing can be opened.
func (m noMultiplexer) I2C(int, uint16) (drivers.Transactor, error) { return nil, noHost(m).offline() }

// SPI says why nothing can be opened.
func (h noHost) SPI(string, drivers.SPIMode) (drivers.Transactor, error) { return nil, h.offline() }

// Broker opens a broker of the site.
func (h noHost) Broker(name string) (drivers.Broker, error) { return h.brokers.Open(name) }

func (h noHost) offline() error { return fmt.Errorf("%w: %w", drivers.ErrOffline, h.err) }
