package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"gatehouse/boards"
	"gatehouse/drivers"
	"gatehouse/drivers/all"
	"gatehouse/drivers/line"
	"gatehouse/gateway/api"
	"gatehouse/gateway/app"
	"gatehouse/gateway/journal"
	"gatehouse/gateway/site"
	"gatehouse/gateway/web"
)

type runCommand struct {
	Site string `help:"Site file." default:"/etc/gatehouse/site.toml" type:"path"`
	Data string `help:"Folder for the journal." default:"/var/lib/gatehouse" type:"path"`
}

// Run serves until SIGTERM or SIGINT.
func (c *runCommand) Run() error {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("gatehouse: the data folder can't be made: %w", err)
	}
	loaded, err := site.Load(c.Site, c.Data, all.Catalog())
	if err != nil {
		return err
	}
	if loaded.Broken != nil {
		log.Error("SAFE MODE: the site file can't be used; running on the last good one", "file", c.Site, "err", loaded.Broken)
	}
	for _, warning := range loaded.Warnings {
		log.Warn("site file", "warning", warning)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	return serve(ctx, gateway{loaded: loaded, data: c.Data, host: openHost(loaded.Board, log), clock: app.NewClock(), log: log})
}

// openHost opens the board. One that can't be opened leaves its devices offline; the gateway starts all the same.
func openHost(name string, log *slog.Logger) drivers.Host {
	board, err := boards.Load(name)
	if err == nil {
		var host *line.Host
		if host, err = line.Open(board); err == nil {
			return host
		}
	}
	log.Error("board can't be opened; its devices are offline", "board", name, "err", err)
	return noHost{err}
}

// noHost is a board that can't be opened.
type noHost struct{ err error }

// Input is offline.
func (h noHost) Input(string) (drivers.Input, error) { return nil, h.offline() }

// Output is offline.
func (h noHost) Output(string) (drivers.Output, error) { return nil, h.offline() }

// Serial is offline.
func (h noHost) Serial(string, drivers.SerialMode) (drivers.Port, error) { return nil, h.offline() }

func (h noHost) offline() error { return fmt.Errorf("%w: %w", drivers.ErrOffline, h.err) }

// gateway is what serve needs.
type gateway struct {
	loaded site.Loaded
	data   string
	host   drivers.Host
	clock  *app.Clock
	log    *slog.Logger
	demo   bool
	ready  func(address string, running *app.App)
}

// serve runs a gateway and its server until ctx ends.
func serve(ctx context.Context, g gateway) error {
	running, err := app.New(app.Options{
		Site: g.loaded, DataDir: g.data, Catalog: all.Catalog(), Host: g.host, Clock: g.clock, Log: g.log, Version: version,
		Demo: g.demo, Checker: stateChecker(),
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", g.loaded.Listen)
	if err != nil { // gates work without the page
		g.log.Error("the page and the API can't be served", "address", g.loaded.Listen, "err", err)
	} else {
		server := &http.Server{
			Handler: handler(g, running), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, IdleTimeout: 2 * time.Minute,
		}
		go func() {
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				g.log.Error("server ended", "err", err)
			}
		}()
		defer server.Close()
		g.log.Info("serving", "page", "http://"+listener.Addr().String()+"/", "location", g.loaded.Lot.Location)
		if g.ready != nil {
			g.ready(listener.Addr().String(), running)
		}
	}
	return running.Run(ctx)
}

// handler is everything that the gateway serves over HTTP.
func handler(g gateway, running *app.App) http.Handler {
	tokens := make([]api.Token, 0, len(g.loaded.Tokens)+1)
	for _, t := range g.loaded.Tokens {
		tokens = append(tokens, api.Token{Name: t.Name, Role: api.RoleView + api.Role(t.Role), SHA256: t.SHA256})
	}
	if len(tokens) == 0 && !g.demo {
		tokens = append(tokens, ownToken(filepath.Join(g.data, "token"), g.log))
	}
	live := api.NewLive(running)
	return api.New(api.Options{
		Backend: running, Tokens: tokens, Open: g.demo, Live: live,
		Page: web.New(web.Options{State: live.State, Stream: live.Stream, Logger: g.log}), Devices: http.StripPrefix("/devices", running.DeviceHandler()), Logger: g.log,
	})
}

// stateChecker looks a state file over in a process of its own, because a damaged one can kill the process that
// reads it.
func stateChecker() journal.Checker {
	self, err := os.Executable()
	if err != nil {
		return nil
	}
	return journal.ExecChecker(self, checkStateWord)
}
