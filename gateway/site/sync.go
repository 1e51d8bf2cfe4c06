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
		Enabled: t.Enabled == nil || *t.Enabled, Broker: t.Broker, Chain: t.Chain, Identity: t.Identity, CA: b.beside(t.CA),
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
	host, encrypted, ok := brokerAddress(s.Broker)
	if !ok {
		b.wrong("this is no broker's address", `write for example "tls://hq.example.org:8883"`, "sync", "broker")
		return
	}
	if !encrypted && !strings.HasPrefix(host, "127.") && host != "localhost" {
		b.site.Warnings = append(b.site.Warnings, "sync.broker: "+s.Broker+" is not encrypted: whoever is on the way reads plates and payments")
	}
}

// brokerAddress reads the address of an MQTT broker.
func brokerAddress(text string) (host string, encrypted, ok bool) {
	address, err := url.Parse(text)
	if err != nil || address.Hostname() == "" {
		return "", false, false
	}
	switch address.Scheme {
	case "tls", "mqtts", "ssl":
		return address.Hostname(), true, true
	case "tcp", "mqtt":
		return address.Hostname(), false, true
	}
	return "", false, false
}

// brokers reads which MQTT brokers devices may name.
func (b *builder) brokers() {
	names := map[string]bool{}
	for i, t := range b.file.Brokers {
		b.unique(t.Name, "broker", "name", names, "broker", i)
		if _, encrypted, ok := brokerAddress(t.URL); !ok {
			b.wrong(missingOr(t.URL, "broker's address"), `write url = "tcp://192.168.1.20:1883", or "tls://…:8883"`, "broker", i, "url")
		} else if t.CA != "" && !encrypted {
			b.wrong("an unencrypted broker shows no certificate", `write url = "tls://…", or leave ca out`, "broker", i, "ca")
		}
		b.site.Brokers = append(b.site.Brokers, Broker{Name: t.Name, URL: t.URL, Username: t.Username, Password: t.Password, CA: b.beside(t.CA)})
	}
}
