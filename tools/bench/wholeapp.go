package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"gatehouse/gateway/app"
	"gatehouse/gateway/journal"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/site"
)

var errNotLetIn = errors.New("bench: the first vehicle was not let in")

// startApp starts a whole gateway in a folder, with one of its site files, and has one vehicle come. It says when that was
// let in, and after a rest what memory it has. It ends as if the power went.
func startApp(dir, siteFile string, rest time.Duration, out io.Writer) error {
	text, err := os.ReadFile(filepath.Join(dir, siteFile))
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	devices := newLanes(place(0), cardSpeed)
	parsed, err := parse(text, devices.catalog())
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	running, err := app.New(app.Options{
		Site: site.Loaded{Site: parsed}, DataDir: dir, Catalog: devices.catalog(), Clock: app.NewClock(),
		Log: slog.New(slog.DiscardHandler), Checker: journal.ExecChecker(self, childWord, checkWord),
	})
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() { _ = running.Run(ctx) }() // this process ends before it
	if !devices.list[0].ask(ctx) {
		return errNotLetIn
	}
	said := awakening{CPUMS: float64(processCPU().Microseconds()) / 1000}
	if err := json.NewEncoder(out).Encode(said); err != nil {
		return err
	}
	time.Sleep(rest)
	said.Memory = restingMemory()
	return errors.Join(running.View(ctx, func(l *lot.Lot) { said.Tickets = len(l.OpenTickets()) }), json.NewEncoder(out).Encode(said))
}
