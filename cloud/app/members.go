package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"gatehouse/cloud/store"
	"gatehouse/sync/fact"
)

// silence is for how long a member's beat may stand still before others take its locations. It beats once a second.
const silence = 4 * time.Second

// members are the aggregators that share the store, and what that means for this one. Each location belongs to one of
// them, by rendezvous hashing: if one dies, its locations alone move. That two believe for a moment to have a location
// is no harm: an update names the revision that it builds on, and of two one fails (store.ErrConflict), however long it
// was paused.
type members struct {
	own  string
	seen map[string]sighting
	live atomic.Pointer[[]string] // sorted; nil: alone
}

// sighting is when a member's beat was seen to rise.
type sighting struct {
	beat int64
	at   time.Time // on the monotonic clock
}

// observe takes what the store says of all members, and reports whether other ones are alive than before.
func (m *members) observe(all []store.Member, now time.Time) bool {
	alive := []string{}
	seen := make(map[string]sighting, len(all))
	for _, member := range all {
		last, known := m.seen[member.ID]
		if !known || last.beat != member.Beat {
			last = sighting{member.Beat, now}
		}
		seen[member.ID] = last
		if member.ID == m.own || now.Sub(last.at) < silence {
			alive = append(alive, member.ID)
		}
	}
	m.seen = seen
	slices.Sort(alive)
	before := m.live.Swap(&alive)
	return before == nil || !slices.Equal(*before, alive)
}

// owns reports whether a location is this aggregator's.
func (m *members) owns(location fact.LocationID) bool {
	live := m.live.Load()
	return live == nil || owner(*live, location) == m.own
}

// owner is the member with the highest hash together with the location.
func owner(alive []string, location fact.LocationID) (best string) {
	highest := uint64(0)
	for _, member := range alive {
		if weight := weigh(member, location); best == "" || weight > highest {
			best, highest = member, weight
		}
	}
	return best
}

func weigh(member string, location fact.LocationID) uint64 {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(member + "\x00" + string(location))) // it never fails
	// FNV leaves like names alike; the last steps of MurmurHash3 part them.
	x := hash.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// memberID is the aggregator's own: kept in its folder, so that one that starts again soon goes on where it was.
func memberID(dir string) (string, error) {
	path := filepath.Join(dir, "aggregator")
	if text, err := os.ReadFile(path); err == nil && len(strings.TrimSpace(string(text))) == 16 {
		return strings.TrimSpace(string(text)), nil
	} else if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("app: %w", err)
	}
	var random [8]byte
	_, _ = rand.Read(random[:]) // it never fails
	id := hex.EncodeToString(random[:])
	if err := os.WriteFile(path, []byte(id+"\n"), 0o600); err != nil { // one that a power cut leaves short is made anew
		return "", fmt.Errorf("app: %w", err)
	}
	return id, nil
}

// shares reports whether other aggregators may work on the same store.
func (a *App) shares() bool { return a.options.Postgres != "" }

// beat says that this aggregator works, and takes the locations of those that don't any more.
func (a *App) beat(ctx context.Context) error {
	before := a.members.live.Load()
	all, err := a.store.Beat(ctx, a.members.own)
	if err != nil {
		return err
	}
	if a.members.observe(all, time.Now()) {
		alive := *a.members.live.Load()
		a.options.Log.Info("aggregators that share the locations", "members", len(alive), "own", a.members.own)
		a.renewals.Add(1) // what is owned anew is read anew
		if before != nil {
			a.takeOver(*before, alive)
		}
	}
	return nil
}

// takeOver has the gateways of locations that are owned now, and were not before, send on at once.
func (a *App) takeOver(before, alive []string) {
	var gained []fact.LocationID
	a.links.each(func(location fact.LocationID) {
		if owner(before, location) != a.members.own && owner(alive, location) == a.members.own {
			gained = append(gained, location)
		}
	})
	for _, location := range gained {
		if !a.order(a.workerOf(location), job{location: location, taken: true}) {
			return
		}
	}
	a.counters.taken.Add(int64(len(gained)))
}
