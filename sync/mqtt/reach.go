package mqtt

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"gatehouse/sync/lifeline"
)

// errAway says that the broker could not be asked at all: the network is down, or nobody listens. It is tried again soon,
// however long that lasts, because it costs nobody anything. A broker that refuses is asked ever more rarely.
var errAway = errors.New("mqtt: the broker can't be reached")

const (
	// reachEvery is the pause between two attempts to reach the broker. Attempts overlap: a packet that opens a connection
	// and is lost comes again only after 1, 3 and 7 seconds, and by then the network may long be back.
	reachEvery = 600 * time.Millisecond
	// silentTimeout is how long what was sent may stay unacknowledged before the connection counts as dead. Waits between
	// repetitions grow to half of it at most; a new connection takes less.
	silentTimeout = 10 * time.Second
)

// reach opens a connection, with TLS if the broker's address says so.
func (c *Client) reach() (net.Conn, error) {
	broker, err := url.Parse(c.options.Broker)
	if err != nil {
		return nil, fmt.Errorf("mqtt: broker %q: %w", c.options.Broker, err)
	}
	ctx, stop := context.WithTimeout(c.ends, connectTimeout)
	defer stop()
	way, err := c.race(ctx, broker.Host)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errAway, err)
	}
	if c.options.TLS == nil || broker.Scheme == "tcp" || broker.Scheme == "mqtt" {
		return way, nil
	}
	config := c.options.TLS.Clone()
	if config.ServerName == "" {
		config.ServerName = broker.Hostname()
	}
	secured := tls.Client(way, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		way.Close()
		return nil, handshakeError(err)
	}
	return secured, nil
}

// handshakeError tells a broker that is another, or wants none of us, from one that isn't there.
func handshakeError(err error) error {
	var wrong *tls.CertificateVerificationError
	var refused tls.AlertError
	var strange tls.RecordHeaderError
	if errors.As(err, &wrong) || errors.As(err, &refused) || errors.As(err, &strange) {
		return fmt.Errorf("mqtt: TLS: %w", err)
	}
	return fmt.Errorf("%w: TLS: %w", errAway, err)
}

// race makes a new attempt every now and then, until one succeeds, all have failed, or ctx ends.
func (c *Client) race(ctx context.Context, address string) (net.Conn, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop() // ends those that lost
	type attempt struct {
		conn net.Conn
		err  error
	}
	results := make(chan attempt)
	running := 0
	try := func() {
		running++
		c.done.Go(func() {
			conn, err := lifeline.Dialer(silentTimeout).DialContext(ctx, "tcp", address)
			select {
			case results <- attempt{conn, err}:
			case <-ctx.Done():
				if err == nil {
					conn.Close()
				}
			}
		})
	}
	again := time.NewTicker(reachEvery)
	defer again.Stop()
	for try(); ; {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-again.C:
			try()
		case a := <-results:
			running--
			if a.err == nil || running == 0 {
				return a.conn, a.err
			}
		}
	}
}
