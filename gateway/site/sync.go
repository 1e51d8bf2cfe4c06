package site

import (
	"net/url"
	"strings"

	"gatehouse/sync/mqtt"
)

// identityDefault is where lotctl enrol puts an identity.
const identityDefault = "identity"

// sync reads how headquarters is reached. Without its table the lot is on its own, and nothing is tried.
func (b *builder) sync() {
	t := b.file.Sync
	if t == nil {
		return
	}
	s := Sync{
		Enabled: t.Enabled == nil || *t.Enabled, Broker: t.Broker, Chain: t.Chain, Identity: t.Identity, CA: t.CA,
		TrustBroker: t.TrustBroker,
	}
	if s.Identity == "" {
		s.Identity = identityDefault
	}
	if s.Chain != "" && mqtt.CheckName(s.Chain) != nil {
		b.wrong("the chain's name can't stand in a topic", "use letters, digits, - and _", "sync", "chain")
	}
	if s.Enabled && b.site.Lot.Location != "" && mqtt.CheckName(string(b.site.Lot.Location)) != nil {
		b.wrong("the location's id can't stand in a topic", "use letters, digits, - and _, at most 64", "location", "id")
	}
	b.broker(&s)
	b.site.Sync = s
}

func (b *builder) broker(s *Sync) {
	if s.Broker == "" {
		if s.TrustBroker {
			b.wrong("trust_broker needs a broker", `write broker = "tcp://host:1883"`, "sync", "trust_broker")
		}
		return
	}
	address, err := url.Parse(s.Broker)
	encrypted := err == nil && (address.Scheme == "tls" || address.Scheme == "mqtts" || address.Scheme == "ssl")
	plain := err == nil && (address.Scheme == "tcp" || address.Scheme == "mqtt")
	if err != nil || address.Host == "" || !encrypted && !plain {
		b.wrong("this is no broker's address", `write for example "tls://hq.example.org:8883"`, "sync", "broker")
		return
	}
	if plain && !strings.HasPrefix(address.Hostname(), "127.") && address.Hostname() != "localhost" {
		b.site.Warnings = append(b.site.Warnings, "sync.broker: "+s.Broker+" is not encrypted: whoever is on the way reads plates and payments")
	}
}
