package app

import (
	"context"
	"fmt"

	"gatehouse/gateway/api"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
)

// freeLeastBytes is a month of facts of a busy lot.
const freeLeastBytes = 256 << 20

// Health is the condition of the gateway, check by check. It asks the file system for its room and may wait for it.
func (a *App) Health() api.Health {
	h := a.journal.Load().Health()
	stall, free := fmt.Sprintf("%d ms", h.StallMS), fmt.Sprintf("%d MiB free", h.FreeBytes>>20)
	trust := a.options.Clock.Trust()
	queue := fmt.Sprintf("%d wait, %d readings dropped", len(a.owner.inbox), a.dropped.Load())
	checks := []api.Check{
		check("journal", h.Broken == nil, lot.Fault, "works", errText(h.Broken), "Check the SD card; the gateway opens the log anew by itself.", false),
		check("disk_stall", h.StallMS < stallMax.Milliseconds(), lot.Fault, stall, stall, "Replace the SD card soon.", true),
		check("checkpoint", h.CheckpointErr == nil, lot.Warning, "works", errText(h.CheckpointErr), "Free disk space; the log goes on being the truth.", true),
		check("log_room", h.Log.PrepareErr == nil, lot.Warning, "prepared", errText(h.Log.PrepareErr), "Free disk space before the log is full.", true),
		check("disk_space", h.FreeBytes > freeLeastBytes, lot.Warning, free, free, "Free disk space.", true),
		check("clock", trust != fact.ClockUnset, lot.Warning, trust.String(), "never set since the start", "Connect the network, or set the clock.", true),
		check("site", a.info.SafeMode == "", lot.Fault, "as written", a.info.SafeMode, "Correct the site file and restart; the gateway runs on the last good one.", true),
		check("board", a.options.NoBoard == nil, lot.Fault, a.options.Site.Board, errText(a.options.NoBoard), "Let `lotctl board check "+a.options.Site.Board+"` say what this machine lacks, mend it, and restart the gateway.", true),
		check("inbox", len(a.owner.inbox) < inboxMax/2, lot.Warning, queue, queue, "The gateway is overloaded; look for a device that babbles.", true),
	}
	if hq := a.Headquarters(); hq != nil {
		checks = append(checks, headquartersCheck(hq))
	}
	checks = append(checks, a.recordChecks()...)
	return api.Health{Checks: append(checks, a.conditions.checks()...)}
}

// Alive reports whether the goroutine that owns the lot answers before ctx ends. It is for the watchdog: what a restart of
// the machine can't mend is not asked.
func (a *App) Alive(ctx context.Context) error {
	answered := make(chan error, 1)
	go func() { answered <- a.View(ctx, func(*lot.Lot) {}) }()
	select {
	case err := <-answered:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func check(id string, well bool, bad lot.Severity, good, wrong, do string, ready bool) api.Check {
	if well {
		return api.Check{ID: id, Severity: lot.Info, Value: good, Ready: true}
	}
	return api.Check{ID: id, Severity: bad, Value: wrong, Do: do, Ready: ready}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
