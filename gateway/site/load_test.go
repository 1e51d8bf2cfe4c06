package site_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/drivers"
	"gatehouse/drivers/all"
	"gatehouse/drivers/sim/layout"
	"gatehouse/gateway/site"
)

// smallSite is the file of a car park of so many spots.
func smallSite(spots int) string {
	place := layout.Layout{ID: "small", Name: "Small", Timezone: "Europe/Berlin", Currency: "EUR", Entries: 1, Exits: 1, Spots: spots}
	return place.SiteFile("127.0.0.1:8080", layout.Prices{RatePerHour: "3.00", MaxDailyRate: "20.00", LostTicket: "30.00", GraceExitMin: 15})
}

// place is a site file and a folder for data.
type place struct {
	t             *testing.T
	path, dataDir string
}

func newPlace(t *testing.T) place {
	return place{t, filepath.Join(t.TempDir(), "site.toml"), t.TempDir()}
}

func (p place) write(text string) {
	p.t.Helper()
	if err := os.WriteFile(p.path, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func (p place) load() (site.Loaded, error) {
	return site.Load(p.path, p.dataDir, drivers.Catalog(all.Catalog()))
}

func (p place) loaded(spots int) site.Loaded {
	p.t.Helper()
	loaded, err := p.load()
	if err != nil {
		p.t.Fatal(err)
	}
	if n := len(loaded.Lot.Spots); n != spots {
		p.t.Fatalf("the site has %d spots, not %d", n, spots)
	}
	return loaded
}

// TestLastGoodFile breaks the site file in every way: the gateway starts all the same, with the last one that was good.
func TestLastGoodFile(t *testing.T) {
	p := newPlace(t)
	p.write(smallSite(3))
	if first := p.loaded(3); first.Broken != nil || first.NotKept != nil {
		t.Fatal(first.Broken, first.NotKept)
	}
	p.write("rubbish")
	if loaded := p.loaded(3); loaded.Broken == nil || !strings.Contains(loaded.Broken.Error(), "site.toml:1:") {
		t.Errorf("a broken file is told of so: %v", loaded.Broken)
	}
	p.write(smallSite(3) + "\n[[gate]]\nid = \"in-1\"\n")
	if loaded := p.loaded(3); loaded.Broken == nil || !strings.Contains(loaded.Broken.Error(), `two gates "in-1"`) {
		t.Errorf("a wrong file is told of so: %v", loaded.Broken)
	}
	if err := os.Remove(p.path); err != nil {
		t.Fatal(err)
	}
	if loaded := p.loaded(3); !errors.Is(loaded.Broken, fs.ErrNotExist) {
		t.Errorf("a file that is gone is told of so: %v", loaded.Broken)
	}
	p.write(smallSite(4))
	if loaded := p.loaded(4); loaded.Broken != nil {
		t.Error(loaded.Broken)
	}
	p.write("rubbish")
	p.loaded(4)
}

func TestNoFileAtAll(t *testing.T) {
	p := newPlace(t)
	if _, err := p.load(); !errors.Is(err, site.ErrNoSite) || !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	p.write("rubbish")
	if err := os.WriteFile(filepath.Join(p.dataDir, "site.last-good.toml"), []byte("[gate]"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := p.load()
	if !errors.Is(err, site.ErrNoSite) || !strings.Contains(err.Error(), "site.toml:1:") || !strings.Contains(err.Error(), "last-good.toml:1:") {
		t.Errorf("both files are wrong, and only this is said: %v", err)
	}
}

// TestLastGoodIsKeptOnce looks at when the copy is written: not again for the same file, and whole after a power cut.
func TestLastGoodIsKeptOnce(t *testing.T) {
	p := newPlace(t)
	copied := filepath.Join(p.dataDir, "site.last-good.toml")
	if err := os.WriteFile(copied+".new", []byte("half a fi"), 0o600); err != nil { // left by a power cut
		t.Fatal(err)
	}
	p.write(smallSite(3))
	p.loaded(3)
	before := stat(t, copied)
	p.loaded(3)
	if !os.SameFile(before, stat(t, copied)) {
		t.Error("the same file was copied again")
	}
	if data, err := os.ReadFile(copied); err != nil || string(data) != smallSite(3) {
		t.Errorf("the copy differs (%v)", err)
	}
}

func stat(t *testing.T, path string) fs.FileInfo {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func TestLastGoodThatCanNotBeKept(t *testing.T) {
	p := newPlace(t)
	p.dataDir = filepath.Join(p.dataDir, "nowhere")
	p.write(smallSite(3))
	if loaded := p.loaded(3); loaded.NotKept == nil || loaded.Broken != nil {
		t.Errorf("kept: %v, broken: %v", loaded.NotKept, loaded.Broken)
	}
}
