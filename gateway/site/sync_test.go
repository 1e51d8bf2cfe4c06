package site_test

import (
	"slices"
	"strings"
	"testing"

	"gatehouse/drivers"
	"gatehouse/drivers/all"
	"gatehouse/drivers/sim/layout"
	"gatehouse/gateway/site"
)

// small is the site file of a small lot, and what a test adds to it.
func small(more string) string {
	place := layout.Layout{ID: "p8", Name: "P8", Timezone: "UTC", Currency: "EUR", Spots: 4, Entries: 1, Exits: 1}
	return place.SiteFile("127.0.0.1:0", layout.Prices{RatePerHour: "2.00", LostTicket: "20.00"}) + more
}

func TestSyncIsOnlyWhereTheFileSaysSo(t *testing.T) {
	for more, want := range map[string]site.Sync{
		"":                                {},
		"\n[sync]\n":                      {Enabled: true, Identity: "identity"},
		"\n[sync]\nenabled = false\n":     {Identity: "identity"},
		"\n[sync]\nidentity = \"/x/y\"\n": {Enabled: true, Identity: "/x/y"},
		"\n[sync]\nbroker = \"tls://hq:8883\"\nchain = \"west\"\nca = \"/ca.pem\"\n": {
			Enabled: true, Identity: "identity", Broker: "tls://hq:8883", Chain: "west", CA: "/ca.pem",
		},
		"\n[sync]\nbroker = \"tcp://127.0.0.1:1883\"\ntrust_broker = true\n": {
			Enabled: true, Identity: "identity", Broker: "tcp://127.0.0.1:1883", TrustBroker: true,
		},
	} {
		if got := parse(t, small(more)).Sync; got != want {
			t.Errorf("%q: %+v", more, got)
		}
	}
}

// The gateway's own folder is wherever its service starts it: files that the site file names are beside the site file.
func TestAnAuthorityIsBesideTheSiteFile(t *testing.T) {
	text := small("\n[sync]\nbroker = \"tls://hq:8883\"\nca = \"hq.pem\"\n")
	made, err := site.Parse("/etc/gatehouse/site.toml", []byte(text), drivers.Catalog(all.Catalog()))
	if err != nil || made.Sync.CA != "/etc/gatehouse/hq.pem" {
		t.Errorf("%+v, %v", made, err)
	}
}

func TestSyncThatCannotWorkIsToldOf(t *testing.T) {
	for more, want := range map[string]string{
		"\n[sync]\nbroker = \"hq\"\n":      "sync.broker",
		"\n[sync]\nchain = \"a b\"\n":      "sync.chain",
		"\n[sync]\ntrust_broker = true\n":  "sync.trust_broker",
		"\n[sync]\nbroker = \"tls:///\"\n": "sync.broker",
	} {
		_, err := site.Parse("site.toml", []byte(small(more)), drivers.Catalog(all.Catalog()))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", more, err)
		}
	}
	warnings := parse(t, small("\n[sync]\nbroker = \"tcp://hq:1883\"\ntrust_broker = true\n")).Warnings
	if !slices.ContainsFunc(warnings, func(w string) bool { return strings.Contains(w, "not encrypted") }) {
		t.Errorf("%q", warnings)
	}
}
