package main

import (
	"context"
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
	"gatehouse/drivers/watchdog"
	"gatehouse/gateway/app"
	"gatehouse/gateway/site"
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
		return err
	}
	sayHow(loaded, c.Site, log)
	ctx, stop := untilSignal()
	defer stop()
	host, guard, release := openHost(loaded.Board, log)
	defer release()
	return serve(ctx, gateway{loaded: loaded, data: c.Data, host: host, clock: app.NewClock(), log: log, guard: guard})
}

// sayHow logs what there is to know of how the site was loaded.
func sayHow(loaded site.Loaded, file string, log *slog.Logger) {
	if loaded.Broken != nil {
		log.Error("SAFE MODE: the site file can't be used; running on the last good one", "file", file, "err", loaded.Broken)
	}
	if loaded.NotKept != nil {
		log.Error("the site file can't be kept as the last good one", "err", loaded.NotKept)
	}
	for _, warning := range loaded.Warnings {
		log.Warn("site file", "warning", warning)
	}
}

// untilSignal is a context that ends with the first SIGTERM or SIGINT.
func untilSignal() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	context.AfterFunc(ctx, stop) // from then on a signal does what it does to any process
	return ctx, stop
}

// openHost opens the board, and says how to guard the gateway with its watchdog, and how to make its outputs safe in the
// end. A board that can't be opened leaves its devices offline; the gateway starts all the same.
func openHost(name string, log *slog.Logger) (host drivers.Host, guard guard, release func()) {
	board, err := boards.Load(name)
	if err == nil {
		var opened *line.Host
		if opened, err = line.Open(board); err == nil {
			return opened, guardOf(board, opened, log), func() {
				if err := opened.Close(); err != nil {
					log.Error("the board's outputs can't be made safe", "err", err)
				}
			}
		}
	}
	log.Error("board can't be opened; its devices are offline", "board", name, "err", err)
	return noHost{err}, guardOf(board, nil, log), func() {}
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

// noHost is a board that can't be opened.
type noHost struct{ err error }

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

// SPI says why nothing can be opened.
func (h noHost) SPI(string, drivers.SPIMode) (drivers.Transactor, error) { return nil, h.offline() }

// Broker says why nothing can be opened.
func (h noHost) Broker(string) (drivers.Broker, error) { return nil, h.offline() }

func (h noHost) offline() error { return fmt.Errorf("%w: %w", drivers.ErrOffline, h.err) }
