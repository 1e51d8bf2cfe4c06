package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/all"
	"gatehouse/gateway/api"
	"gatehouse/gateway/app"
	"gatehouse/gateway/journal"
	"gatehouse/gateway/site"
	"gatehouse/gateway/web"
	"gatehouse/sync/rest"
)

// gateway is what serve needs.
type gateway struct {
	loaded site.Loaded
	data   string
	host   drivers.Host
	// noBoard says why the board of the site, or its lines, can't be opened now.
	noBoard func() error
	clock   *app.Clock
	log     *slog.Logger
	demo    bool
	guard   guard // may be nil
	// ready hears of the address that will be served, before it is; may be nil.
	ready func(address string, running *app.App)
}

const (
	// listenAgainEvery is how often an address is tried that can't be had: its network may still be coming up.
	listenAgainEvery = 5 * time.Second
	// lastAnswersMax is how long answers have to leave when everything has ended.
	lastAnswersMax = time.Second
)

// serve runs a gateway and its server until ctx ends. The page of a demonstration is all that there is to it; a real
// gateway works its gates without.
func serve(ctx context.Context, g gateway) error {
	listener, err := net.Listen("tcp", g.loaded.Listen)
	if err != nil && g.demo {
		return err
	}
	running, err := app.New(app.Options{
		Site: g.loaded, DataDir: g.data, Catalog: all.Catalog(), Host: g.host, NoBoard: g.noBoard, Clock: g.clock, Log: g.log, Version: version,
		Demo: g.demo, Checker: stateChecker(),
	})
	if err != nil {
		return err
	}
	requests, endRequests := context.WithCancel(context.WithoutCancel(ctx))
	defer endRequests()
	server := &http.Server{
		Handler: handler(g, running), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, IdleTimeout: 2 * time.Minute,
		BaseContext: func(net.Listener) context.Context { return requests }, ErrorLog: slog.NewLogLogger(g.log.Handler(), slog.LevelWarn),
	}
	if g.ready != nil && listener != nil {
		g.ready(listener.Addr().String(), running)
	}
	go g.listen(ctx, server, listener)
	guarded := g.startGuard(ctx, running)
	err = running.Run(ctx)
	guarded()
	endRequests() // live streams end; other requests have their answers
	leaving, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastAnswersMax)
	defer cancel()
	if server.Shutdown(leaving) != nil {
		server.Close()
	}
	return err
}

// startGuard guards a gateway with the watchdog until the returned function is called. It goes on while the gateway ends, so
// that one that hangs in its last moments is noticed.
func (g *gateway) startGuard(ctx context.Context, running *app.App) (end func()) {
	if g.guard == nil {
		return func() {}
	}
	guarding, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		g.guard(guarding, running)
	}()
	return func() {
		stop()
		<-ended
	}
}

// listen serves on the listener, or on one of its own as soon as the address can be had.
func (g *gateway) listen(ctx context.Context, server *http.Server, listener net.Listener) {
	for said := ""; listener == nil; {
		var err error
		if listener, err = net.Listen("tcp", g.loaded.Listen); err == nil {
			break
		}
		if text := err.Error(); text != said {
			said = text
			g.log.Error("the page and the API can't be served; gates work without, and it is tried again", "address", g.loaded.Listen, "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(listenAgainEvery):
		}
	}
	g.log.Info("serving", "page", "http://"+listener.Addr().String()+"/", "location", g.loaded.Lot.Location)
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		g.log.Error("the server ended", "err", err)
	}
}

// handler is everything that the gateway serves over HTTP.
func handler(g gateway, running *app.App) http.Handler {
	tokens := g.loaded.Tokens
	if len(tokens) == 0 && !g.demo {
		tokens = append(tokens, rest.OwnerToken(filepath.Join(g.data, "token"), g.log))
	}
	live := api.NewLive(running)
	return api.New(api.Options{
		Backend: running, Tokens: tokens, Open: g.demo, Live: live, Logger: g.log, Measures: running.Measures,
		Page:    web.New(web.Options{State: live.State, Stream: live.Stream, Receipt: live.Receipt, Logger: g.log}),
		Devices: http.StripPrefix("/devices", running.DeviceHandler()),
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
