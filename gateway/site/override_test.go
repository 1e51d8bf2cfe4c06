package site_test

import (
	"strings"
	"testing"
)

func TestSettingsStandInPlaceOfTheFile(t *testing.T) {
	p := newPlace(t)
	p.write(smallSite(3) + "\n[sync]\nbroker = \"tls://old.example.org:8883\"\n")
	before := p.loaded(3)
	after, err := before.Override([]byte("[policy]\nreservable_percent = 50\n[reservations]\nno_show_after_minutes = 20\nwalk_in_stay_minutes = 0\n" +
		"[location]\nname = \"New\"\n[sync]\nbroker = \"tls://new.example.org:8883\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if after.Lot.Policy.ReservablePercent != 50 || after.Lot.Booking.NoShowAfterMS != 20*60_000 || after.Lot.Policy.WalkInStayMS != 0 || after.Lot.Name != "New" ||
		after.Sync.Broker != "tls://new.example.org:8883" {
		t.Errorf("%+v", after)
	}
	if before.Lot.Policy.ReservablePercent != 80 || len(after.Lot.Spots) != len(before.Lot.Spots) || after.Digest != before.Digest {
		t.Error("more has changed than the settings say")
	}
	for text, wanted := range map[string]string{
		"[policy]\nreservable_percent = 500":      "settings:2",
		"[policy]\nreservable = 5":                "reservable_percent",
		"[[floor]]\nid = \"F9\"":                  "floor",
		"[sync]\nbroker = \"http://example.org\"": "no broker's address",
		"[policy": "settings:1",
	} {
		if _, err := before.Override([]byte(text)); err == nil || !strings.Contains(err.Error(), wanted) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestATariffOfHeadquartersIsOfTheLocation(t *testing.T) {
	p := newPlace(t)
	p.write(smallSite(3))
	before := p.loaded(3)
	after, _, err := before.WithTariff([]byte(document))
	if err != nil || after.Lot.Tariff.Version != "board-1" || after.Lot.TariffText != document || before.Lot.Tariff.Version == "board-1" {
		t.Fatalf("%+v, %v", after, err)
	}
	for text, wanted := range map[string]string{
		strings.Replace(document, "EUR", "CHF", 1):                       "the tariff is in CHF, the location in EUR",
		strings.Replace(document, "Berlin", "Zurich", 1):                 "write the same zone",
		strings.Replace(document, `count = "started"`, `count = "x"`, 1): "tariff.toml:10",
		document + strings.Repeat("#", 70_000):                           "at most",
	} {
		if _, _, err := before.WithTariff([]byte(text)); err == nil || !strings.Contains(err.Error(), wanted) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
