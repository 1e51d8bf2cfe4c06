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
	queue := fmt.Sprintf("%d wait, %d readings were overtaken", len(a.owner.inbox), a.dropped.Load())
	noBoard := a.board.trouble()
	checks := []api.Check{
		check(h.Broken == nil, "works", api.Check{
			ID: "journal", Severity: lot.Fault, Value: errText(h.Broken), Do: "Check the SD card; the gateway opens the log anew by itself.",
		}),
		check(h.StallMS < stallMax.Milliseconds(), stall, api.Check{
			ID: "disk_stall", Severity: lot.Fault, Value: stall, Do: "Replace the SD card soon.", Ready: true,
		}),
		check(h.CheckpointErr == nil, "works", api.Check{
			ID: "checkpoint", Severity: lot.Warning, Value: errText(h.CheckpointErr), Do: "Free disk space; the log goes on being the truth.", Ready: true,
		}),
		check(h.Log.PrepareErr == nil, "prepared", api.Check{
			ID: "log_room", Severity: lot.Warning, Value: errText(h.Log.PrepareErr), Do: "Free disk space before the log is full.", Ready: true,
		}),
		check(h.FreeBytes > freeLeastBytes, free, api.Check{
			ID: "disk_space", Severity: lot.Warning, Value: free, Do: "Free disk space.", Ready: true,
		}),
		check(trust != fact.ClockUnset, trust.String(), api.Check{
			ID: "clock", Severity: lot.Warning, Value: "never set since the start", Do: "Connect the network, or set the clock.", Ready: true,
		}),
		check(a.info.SafeMode == "", "as written", api.Check{
			ID: "site", Severity: lot.Fault, Value: a.info.SafeMode,
			Do: "Correct the site file and restart; the gateway runs on the last good one.", Ready: true,
		}),
		check(noBoard == nil, a.options.Site.Board, api.Check{
			ID: "board", Severity: lot.Fault, Value: errText(noBoard), Ready: true,
			Do: "Let `lotctl board check " + a.options.Site.Board + "` say what this machine lacks, mend it, and restart the gateway.",
		}),
		check(len(a.owner.inbox) < inboxMax/2, queue, api.Check{
			ID: "inbox", Severity: lot.Warning, Value: queue, Do: "The gateway is overloaded; look for a device that babbles.", Ready: true,
		}),
	}
	if hq := a.Headquarters(); hq != nil {
		checks = append(checks, headquartersCheck(hq))
	}
	checks = append(checks, a.recordChecks()...)
	return api.Health{Checks: append(checks, a.conditions.checks()...)}
}

// Alive reports whether the goroutine that owns the lot answers before ctx ends. It is for the watchdog, and waits for no
// disk: a machine that restarts over a worn card loses what was decided meanwhile, and may not come back.
func (a *App) Alive(ctx context.Context) error {
	answered := make(chan error, 1)
	return a.ask(ctx, input{alive: func() { answered <- nil }}, answered)
}

// check is a part of the health that is well and reads value, or else the trouble.
func check(well bool, value string, trouble api.Check) api.Check {
	if well {
		return api.Check{ID: trouble.ID, Severity: lot.Info, Value: value, Ready: true}
	}
	return trouble
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
