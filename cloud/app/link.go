package app

import (
	"sync"

	"gatehouse/cloud/api"
	"gatehouse/sync/fact"
)

// links are how locations are connected: by what they and the broker say, a message being as good as a word.
type links struct {
	mu    sync.RWMutex
	known map[fact.LocationID]api.Link
}

// linksMax is how many locations may be heard of: a hundred times those of the largest chain. Only a broker that is believed
// without enrolment can bring about more.
const linksMax = 50_000

// set notes a word; it reports whether that was news.
func (l *links) set(location fact.LocationID, online bool, nowMS int64) bool {
	l.mu.RLock()
	known, found := l.known[location]
	l.mu.RUnlock()
	if found && known.Online == online {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !found && len(l.known) >= linksMax {
		clear(l.known) // which are real, nobody can tell: those say it again with their next message
	}
	if l.known == nil {
		l.known = map[fact.LocationID]api.Link{}
	}
	l.known[location] = api.Link{Online: online, SinceMS: nowMS}
	return true
}

// each visits all locations of which something was heard.
func (l *links) each(visit func(fact.LocationID)) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for location := range l.known {
		visit(location)
	}
}

// Link is how a location is connected. While headquarters itself has lost the broker, nobody is.
func (a *App) Link(location fact.LocationID) api.Link {
	a.links.mu.RLock()
	defer a.links.mu.RUnlock()
	link := a.links.known[location]
	link.Online = link.Online && a.up.Load()
	return link
}
