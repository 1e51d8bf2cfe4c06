package web

import (
	"context"
	"sync"
	"time"
)

const (
	// shared is how old a page may be before it is made anew: the stream brings it up to date at once, and many readers
	// cost one page a second.
	shared = time.Second
	// oldest is how old a page may be that somebody gets while the next one is made.
	oldest = 10 * time.Second
)

// recent are the last whole pages for each role. Nobody waits for the next one but those who find none, or a very old one.
type recent struct {
	mu sync.Mutex
	of map[string]*shown
}

type shown struct {
	at     time.Time
	view   *chainView
	making bool // the next one
}

// wholePage is the page of the chain for whoever asks.
func (p *page) wholePage(ctx context.Context, wall bool) ([]byte, error) {
	role, now := p.Role(ctx), time.Now()
	p.recent.mu.Lock()
	last := p.recent.of[role]
	usable := last != nil && now.Sub(last.at) < oldest
	renew := usable && now.Sub(last.at) >= shared && !last.making
	if renew {
		last.making = true
	}
	p.recent.mu.Unlock()
	if renew {
		go func() {
			if _, err := p.renew(context.WithoutCancel(ctx), role, wall); err != nil {
				p.Logger.Error("the page can't be made", "err", err)
			}
		}()
	}
	if usable {
		return last.view.pages[wall](), nil
	}
	return p.renew(ctx, role, wall)
}

// renew makes a page, and keeps it for those who ask next.
func (p *page) renew(ctx context.Context, role string, wall bool) ([]byte, error) {
	begun := time.Now()
	v, err := p.chain(ctx, begun.Add(-shared/2), "")
	var html []byte
	if err == nil {
		html = v.pages[wall]()
	}
	p.recent.mu.Lock()
	defer p.recent.mu.Unlock()
	if err != nil {
		if last := p.recent.of[role]; last != nil {
			last.making = false
		}
		return nil, err
	}
	if p.recent.of == nil {
		p.recent.of = map[string]*shown{}
	}
	p.recent.of[role] = &shown{at: begun, view: v}
	return html, nil
}
