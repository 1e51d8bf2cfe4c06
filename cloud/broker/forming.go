package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"gatehouse/cloud/broker/natsline"
)

const (
	// formingEvery is how often a member looks whether the cluster's streams have all their replicas.
	formingEvery = time.Second
	// streamsSubject is what the library's streams for MQTT keep, streamsCount are as many as it makes.
	streamsSubject = "$MQTT.>"
	streamsCount   = 5
	probePrefix    = "gatehouse_probe_"
)

// former gives the library's streams as many replicas as there are members, and the rest when those come. By itself the library
// makes them with all replicas or not at all, and nobody could connect while a member is missing that was never heard of.
type former struct {
	server  *server.Server
	options server.Options
	token   string // of the guard, for this process alone
	wanted  int
	log     *slog.Logger

	replicas int // that the library makes streams with
}

// form runs until all streams have all replicas, or ctx ends.
func (f *former) form(ctx context.Context) {
	ticker := time.NewTicker(formingEvery)
	defer ticker.Stop()
	level := slog.LevelWarn // of the first word; the others say the same, or how it goes on
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		formed, err := f.look(ctx)
		if formed {
			f.log.Info("broker: the cluster has all its replicas", "replicas", f.wanted)
			return
		}
		if err != nil {
			f.log.Log(ctx, level, "broker: the cluster is not whole: no member that is there may be lost until it is", "err", err)
			level = slog.LevelDebug
		}
	}
}

// look does what can be done now, and reports whether nothing is left.
func (f *former) look(ctx context.Context) (formed bool, err error) {
	conn, err := f.server.InProcessConn()
	if err != nil {
		return false, fmt.Errorf("broker: %w", err)
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	line, err := natsline.Over(conn, f.token, apiTimeout)
	if err != nil {
		return false, err
	}
	defer func() { _ = line.Close() }()
	// Of these alone: whoever lists another member's probe, too, waits for it, and it may be gone.
	question, err := json.Marshal(server.JSApiStreamListRequest{Subject: streamsSubject})
	if err != nil {
		return false, fmt.Errorf("broker: %w", err)
	}
	var list server.JSApiStreamListResponse
	if err := line.Ask(server.JSApiStreamList, question, &list); err != nil {
		return false, fmt.Errorf("broker: there is no leader yet: %w", err)
	}
	whole := 0
	var refused error
	for _, stream := range list.Streams {
		switch {
		case stream.Config.Replicas < f.wanted:
			refused = errors.Join(refused, f.grow(line, stream.Config))
		case !f.isWhole(stream.Cluster):
			refused = errors.Join(refused, fmt.Errorf("broker: a replica of %s is away or behind", stream.Config.Name))
		default:
			whole++
		}
	}
	if len(list.Streams) < streamsCount && len(list.Missing) == 0 {
		return false, f.choose(line)
	}
	return whole >= streamsCount, refused
}

// isWhole reports whether all replicas of a stream have what its leader has. The vote of one that has nothing yet makes no leader
// of another, so until then no member may be lost.
func (f *former) isWhole(cluster *server.ClusterInfo) bool {
	isBehind := func(peer *server.PeerInfo) bool { return !peer.Current }
	return cluster != nil && cluster.Leader != "" && len(cluster.Replicas)+1 >= f.wanted && !slices.ContainsFunc(cluster.Replicas, isBehind)
}

// grow gives a stream the replicas that it lacks. Members that ask for the same at once ask for no more than one.
func (f *former) grow(line *natsline.Line, config server.StreamConfig) error {
	config.Replicas = f.wanted
	question, err := json.Marshal(config)
	if err != nil {
		return fmt.Errorf("broker: %w", err)
	}
	return line.Ask(fmt.Sprintf(server.JSApiStreamUpdateT, config.Name), question, nil)
}

// choose finds out with how many replicas a stream can be made now, by making one that no other member makes, and has the library
// take as many.
func (f *former) choose(line *natsline.Line) error {
	probe := probePrefix + f.server.ID()
	var refused error
	for replicas := f.wanted; replicas > f.wanted/2; replicas-- {
		question := fmt.Sprintf(`{"name":%q,"subjects":[%q],"storage":"memory","num_replicas":%d}`, probe, probe, replicas)
		err := line.Ask(fmt.Sprintf(server.JSApiStreamCreateT, probe), []byte(question), nil)
		if errors.Is(err, natsline.ErrRefused) {
			refused = errors.Join(refused, err)
			continue
		}
		if err == nil {
			err = line.Ask(fmt.Sprintf(server.JSApiStreamDeleteT, probe), nil, nil)
		}
		return errors.Join(err, f.make(replicas))
	}
	return refused
}

// make has the library make streams with so many replicas from now on.
func (f *former) make(replicas int) error {
	if replicas == f.replicas {
		return nil
	}
	next := f.options
	next.MQTT.StreamReplicas = replicas
	if err := f.server.ReloadOptions(&next); err != nil {
		return fmt.Errorf("broker: %w", err)
	}
	f.replicas = replicas
	f.log.Warn("broker: a member of the cluster was never heard of: until it has been there, no other may be lost", "replicas", replicas, "of", f.wanted)
	return nil
}
