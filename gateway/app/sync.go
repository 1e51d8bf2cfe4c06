package app

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"gatehouse/gateway/journal"
	"gatehouse/gateway/site"
	"gatehouse/sync/factlog"
	"gatehouse/sync/outbox"
	"gatehouse/sync/policy"
	"gatehouse/sync/uplink"
	"gatehouse/sync/uplink/identity"
)

const (
	// identityEvery is how often a gateway that isn't enrolled looks whether it is now.
	identityEvery = 5 * time.Second
	// renewEvery is how often it is seen whether the certificate should be renewed; failed attempts come again so.
	renewEvery = time.Hour
	// againFirst and againMax bound the pauses between attempts to connect. An outage of weeks ends within seconds of the
	// network's return, and 500 gateways are 200 attempts a second at most.
	againFirst, againMax = 500 * time.Millisecond, 5 * time.Second
	// syncShownEvery is how often the page learns of what waits.
	syncShownEvery = time.Second
)

// syncing is the connection to headquarters, if there is one. It is beside the lot: nothing that it does or fails to do
// reaches a gate.
type syncing struct {
	mu       sync.Mutex
	site     site.Sync // as it is set now
	settings int       // how often it was to be made anew
	link     *uplink.Uplink
	unlink   context.CancelFunc // ends the link; nil: there was none yet
	identity *identity.Identity
	problem  string // why there is no link
}

// settled is how headquarters is to be reached.
func (s *syncing) settled() site.Sync {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.site
}

// resettle says it anew; it reports whether that is news.
func (s *syncing) resettle(to site.Sync) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	news := s.site != to
	s.site = to
	return news
}

func (s *syncing) state() (*uplink.Uplink, *identity.Identity, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.link, s.identity, s.problem
}

func (s *syncing) fail(who *identity.Identity, problem string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.link, s.identity, s.problem = nil, who, problem
}

// began says how often the link was to be made anew.
func (s *syncing) began() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settings
}

// begin takes a link that was made by the settings of so many times; it reports whether they still count.
func (s *syncing) begin(settings int, link *uplink.Uplink, unlink context.CancelFunc, who *identity.Identity) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.settings != settings {
		return false
	}
	s.link, s.unlink, s.identity, s.problem = link, unlink, who, ""
	return true
}

// anew ends the link, so that the next one is made by what is set now.
func (s *syncing) anew() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settings++
	s.link = nil
	if s.unlink != nil {
		s.unlink()
	}
}

// produced tells the link that facts are durable.
func (s *syncing) produced() {
	if link, _, _ := s.state(); link != nil {
		link.Produced()
	}
}

// news is told to whoever looks at the lot, near and far.
func (a *App) news() {
	a.changes.mark()
	if link, _, _ := a.sync.state(); link != nil {
		link.Changed()
	}
}

// runSync keeps a connection to headquarters, from the moment when there is an identity.
func (a *App) runSync(ctx context.Context) {
	for ctx.Err() == nil {
		who, err := a.identity()
		if err == nil {
			err = a.runLink(ctx, who)
		}
		if err == nil {
			continue // it was to end, or to be made anew
		}
		if _, _, said := a.sync.state(); said != err.Error() {
			a.options.Log.Warn("no sync with headquarters; gates work without", "err", err)
			a.sync.fail(who, err.Error())
			a.changes.mark()
		}
		select {
		case <-ctx.Done():
		case <-time.After(identityEvery):
		}
	}
}

// identity is who this gateway is; nil where the broker is trusted.
func (a *App) identity() (*identity.Identity, error) {
	s := a.sync.settled()
	if s.TrustBroker {
		return nil, nil
	}
	dir := s.Identity
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(a.options.DataDir, dir)
	}
	who, err := identity.Open(dir)
	if err != nil {
		return nil, err
	}
	if of := who.Headquarters().Location; of != string(a.options.Site.Lot.Location) {
		return nil, fmt.Errorf("app: this gateway was enrolled for location %q, and its site file is of %q: enrol it again with a code for that", of, a.options.Site.Lot.Location)
	}
	return who, nil
}

// runLink serves one link until ctx ends, or until it is to be made anew.
func (a *App) runLink(ctx context.Context, who *identity.Identity) error {
	settings := a.sync.began()
	options, err := a.linkOptions(who)
	if err != nil {
		return err
	}
	options.Message, options.Up = a.remote.Hear, a.remote.Greet
	link, err := uplink.New(options)
	if err != nil {
		return err
	}
	ctx, unlink := context.WithCancel(ctx)
	defer unlink()
	if !a.sync.begin(settings, link, unlink, who) {
		return nil
	}
	a.remote.Connect(nil, link.Send)
	defer a.remote.Connect(nil, nil)
	var beside sync.WaitGroup
	if who != nil {
		beside.Go(func() { a.renew(ctx, who) })
	}
	beside.Go(func() { a.showSync(ctx, link) })
	defer beside.Wait()
	return link.Run(ctx)
}

func (a *App) linkOptions(who *identity.Identity) (uplink.Options, error) {
	s, location := a.sync.settled(), a.options.Site.Lot.Location
	o := uplink.Options{
		Location: location, Chain: s.Chain, Broker: s.Broker, Log: facts{a},
		Dir: filepath.Join(a.options.DataDir, "sync"), Program: "gatehouse " + a.options.Version, Incarnation: a.info.Incarnation,
		Live: a.liveState, Birth: a.birth(), Logger: a.options.Log, Notice: a.senderNotice,
		Backoff: againFirst, BackoffMax: againMax,
		WallMS: func() int64 { wallMS, _ := a.options.Clock.Now(); return wallMS },
	}
	if who != nil {
		hq := who.Headquarters()
		a.remote.Connect(who.Keys(), nil)
		o.Signer, o.Keys, o.TLS = who, a.remote.Keys(), who.TLS()
		o.Broker, o.Chain = cmp.Or(o.Broker, hq.Broker), cmp.Or(o.Chain, hq.Chain)
	} else {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return o, err
		}
		o.Signer, o.TLS = policy.Key(key), &tls.Config{MinVersion: tls.VersionTLS13}
	}
	o.Chain = cmp.Or(o.Chain, "main")
	if s.CA != "" {
		text, err := os.ReadFile(s.CA)
		if err != nil {
			return o, fmt.Errorf("app: the broker's authority: %w", err)
		}
		o.TLS.RootCAs = x509.NewCertPool()
		if !o.TLS.RootCAs.AppendCertsFromPEM(text) {
			return o, fmt.Errorf("app: %s holds no certificate in PEM", s.CA)
		}
	}
	return o, nil
}

// birth is what the broker keeps of this gateway, for whoever looks at it.
func (a *App) birth() any {
	return map[string]string{
		"location": string(a.options.Site.Lot.Location), "version": a.options.Version, "board": a.info.Board,
		"incarnation": a.info.Incarnation.String(), "site": a.options.Site.Digest,
	}
}

// renew replaces the certificate in time. One that has ended is no reason for anything: sync waits, gates don't.
func (a *App) renew(ctx context.Context, who *identity.Identity) {
	for {
		if who.RenewIn(time.Now()) <= 0 {
			if err := who.Renew(ctx); err != nil {
				a.options.Log.Warn("the certificate is not renewed; it is tried again", "ends", who.Expires(), "err", err)
			} else {
				a.options.Log.Info("the certificate is renewed", "ends", who.Expires(), "fingerprint", identity.Fingerprint(who.Public()))
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(renewEvery):
		}
	}
}

// showSync has the page know what becomes of what waits.
func (a *App) showSync(ctx context.Context, link *uplink.Uplink) {
	ticker := time.NewTicker(syncShownEvery)
	defer ticker.Stop()
	type shown struct {
		linked, synced bool
		waiting        uint64
	}
	var last shown
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		s := link.Status()
		if now := (shown{s.Linked, s.Synced, s.Waiting}); now != last {
			last = now
			a.changes.mark()
		}
	}
}

// errReused ends a run whose names headquarters has for other facts: the next start begins a new incarnation.
var errReused = errors.New("app: this card was restored from a copy; starting again, so that its facts get new names")

func (a *App) senderNotice(n outbox.SenderNotice) {
	if n.Notice == outbox.SequenceReused {
		a.endRun(errReused)
	}
}

// facts are the journal's, for the link. The journal may be opened anew at any time.
type facts struct{ app *App }

// Read visits durable facts.
func (f facts) Read(ctx context.Context, from uint64, visit func(uplink.Fact) bool) error {
	return f.journal().Links(ctx, factlog.Index(from), func(link factlog.Link) bool {
		return visit(uplink.Fact{
			Position: uint64(link.Index), Payload: link.Payload, Hash: [32]byte(link.Hash), Before: [32]byte(link.Before), Proven: link.Proven,
		})
	})
}

// Trim gives up what headquarters holds for good.
func (f facts) Trim(through uint64) error { return f.journal().Trim(factlog.Index(through)) }

func (f facts) journal() *journal.Journal { return f.app.journal.Load() }
