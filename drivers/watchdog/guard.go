package watchdog

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Timer resets the machine unless it is fed in time.
type Timer interface {
	Feed() error
	// Close disarms it.
	Close() error
}

// Loop is a part of the gateway that must be running. Alive returns nil soon if it is; it ends with its context.
type Loop struct {
	Name  string
	Alive func(context.Context) error
}

// asksIn is how often the loops are asked within the time of the timer.
const asksIn = 4

// Guard feeds the timer until ctx ends, and then disarms it. Loops that do not answer starve it.
func Guard(ctx context.Context, timer Timer, timeout time.Duration, loops []Loop, log *slog.Logger) {
	every := timeout / asksIn
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	starving := false
	for ctx.Err() == nil {
		missing := ask(ctx, loops, every)
		switch {
		case len(missing) > 0 && ctx.Err() == nil && !starving:
			log.Error("the watchdog is not fed: the machine restarts unless they answer", "loops", missing, "within", timeout)
		case len(missing) == 0:
			if err := timer.Feed(); err != nil {
				log.Error("the watchdog can't be fed", "err", err)
			}
		}
		starving = len(missing) > 0
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
	if err := timer.Close(); err != nil {
		log.Error("the watchdog can't be disarmed: the machine will restart", "err", err)
	}
}

// ask asks all loops at once and names those that do not answer within the limit.
func ask(ctx context.Context, loops []Loop, limit time.Duration) (missing []string) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var mu sync.Mutex
	answered := map[string]bool{}
	var asking sync.WaitGroup
	for _, loop := range loops {
		asking.Go(func() {
			if loop.Alive(ctx) == nil {
				mu.Lock()
				defer mu.Unlock()
				answered[loop.Name] = true
			}
		})
	}
	all := make(chan struct{})
	go func() {
		asking.Wait()
		close(all)
	}()
	select {
	case <-all:
	case <-ctx.Done(): // some may not even heed their context
	}
	mu.Lock()
	defer mu.Unlock()
	for _, loop := range loops {
		if !answered[loop.Name] {
			missing = append(missing, loop.Name)
		}
	}
	return missing
}
