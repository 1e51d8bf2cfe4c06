package broker

import (
	"context"
	"crypto/subtle"
	"crypto/x509"
	"fmt"
	"log/slog"

	"github.com/nats-io/nats-server/v2/server"

	"gatehouse/sync/mqtt"
)

// guard lets certificates in and says what they may do. NATS speaks of subjects: a topic's slashes are dots.
type guard struct {
	chain string
	admit func(*x509.Certificate) (Identity, error)
	log   *slog.Logger
	name  func(connection uint64) string // by which a client connects
	token string                         // with which this process asks its own broker; no other knows it
}

// Check is NATS' question about a connection whose TLS handshake is done.
func (g *guard) Check(c server.ClientAuthentication) bool {
	if g.isOwn(c) {
		c.RegisterUser(&server.User{Username: "broker", Permissions: &server.Permissions{
			Publish:   &server.SubjectPermission{Allow: []string{"$JS.API.>"}},
			Subscribe: &server.SubjectPermission{Allow: []string{"_INBOX.>"}},
		}})
		return true
	}
	state := c.GetTLSConnectionState()
	if state == nil || len(state.VerifiedChains) == 0 {
		g.log.Warn("broker: refused a connection without a certificate", "from", c.RemoteAddress())
		return false
	}
	certificate := state.PeerCertificates[0]
	identity, err := g.admit(certificate)
	if err != nil {
		g.log.Warn("broker: refused a certificate", "from", c.RemoteAddress(), "location", certificate.Subject.CommonName, "err", err)
		return false
	}
	if name := g.name(c.GetID()); !identity.Headquarters && name != mqtt.GatewayID(identity.Location) {
		g.log.Warn("broker: refused a gateway that goes by a name that is not its own", "from", c.RemoteAddress(), "location", identity.Location, "name", name)
		return false
	}
	c.RegisterUser(&server.User{Username: identity.Fingerprint, Permissions: g.permissions(identity)})
	return true
}

// isOwn reports whether a connection was made within this process, by former.
func (g *guard) isOwn(c server.ClientAuthentication) bool {
	return c.RemoteAddress().Network() == "pipe" && subtle.ConstantTimeCompare([]byte(c.GetOpts().Token), []byte(g.token)) == 1
}

// internal are subjects of the library's own, which a session with QoS 1 needs.
var internal = []string{"$MQTT.sub.>", "$MQTT.deliver.>"}

func (g *guard) permissions(i Identity) *server.Permissions {
	up := func(kind string) string { return fmt.Sprintf("lot.%s.%s.%s", g.chain, i.Location, kind) }
	if i.Headquarters {
		all := "lot." + g.chain + ".>"
		return &server.Permissions{
			Publish:   &server.SubjectPermission{Allow: []string{all}},
			Subscribe: &server.SubjectPermission{Allow: append([]string{all}, internal...)},
		}
	}
	return &server.Permissions{
		Publish:   &server.SubjectPermission{Allow: []string{up(mqtt.KindState), up(mqtt.KindBirth), up(mqtt.KindLive), up(mqtt.KindFacts)}},
		Subscribe: &server.SubjectPermission{Allow: append([]string{up(mqtt.KindReply)}, internal...)},
	}
}

// logger passes on what the library has to say, as ours.
type logger struct{ log *slog.Logger }

func (l logger) Noticef(format string, v ...any) { l.say(slog.LevelDebug, format, v) }
func (l logger) Warnf(format string, v ...any)   { l.say(slog.LevelWarn, format, v) }
func (l logger) Fatalf(format string, v ...any)  { l.say(slog.LevelError, format, v) }
func (l logger) Errorf(format string, v ...any)  { l.say(slog.LevelError, format, v) }
func (l logger) Debugf(format string, v ...any)  { l.say(slog.LevelDebug, format, v) }
func (l logger) Tracef(format string, v ...any)  { l.say(slog.LevelDebug, format, v) }

func (l logger) say(level slog.Level, format string, v []any) {
	l.log.Log(context.Background(), level, "broker: "+fmt.Sprintf(format, v...))
}
