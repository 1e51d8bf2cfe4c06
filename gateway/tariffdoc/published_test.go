package tariffdoc_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gatehouse/gateway/tariff"
	"gatehouse/gateway/tariffdoc"
)

// published is a row of shared/data/tariffs/vectors.json.
type published struct {
	ID        string      `json:"id"`
	Tariff    string      `json:"tariff"`
	Entry     string      `json:"entry_local"`
	Exit      string      `json:"exit_local"`
	FeeMinor  int64       `json:"fee_minor"`
	Basis     string      `json:"basis"`
	Why       string      `json:"why"`
	Product   string      `json:"product"`
	Lost      bool        `json:"lost_ticket"`
	Visits    [][2]string `json:"visits"`
	Unpaid    int64       `json:"unpaid_days"`
	Violation string      `json:"violation"`
}

// sharedData is a folder of the data that the project was given, or the test is skipped.
func sharedData(t *testing.T, name string) string {
	t.Helper()
	for _, up := range []string{"../../../shared/data", "../../../../shared/data"} {
		if path := filepath.Join(up, name); exists(path) {
			return path
		}
	}
	t.Skipf("%s is not beside the tree", name)
	return ""
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func example(t testing.TB, name string) *tariff.Tariff {
	t.Helper()
	data, err := fs.ReadFile(tariffdoc.Examples(), name+".toml")
	if err != nil {
		t.Fatal(err)
	}
	loaded, warnings, err := tariffdoc.Parse(name+".toml", data)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range warnings {
		t.Log(w.Error())
	}
	return loaded
}

func localMS(t testing.TB, cfg *tariff.Tariff, text string) int64 {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02T15:04", text, cfg.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return at.UnixMilli()
}

func TestPublishedTariffs(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(sharedData(t, "tariffs"), "vectors.json"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []published
	if err := json.Unmarshal(data, &rows); err != nil {
		t.Fatal(err)
	}
	loaded := map[string]*tariff.Tariff{}
	for _, row := range rows {
		if loaded[row.Tariff] == nil {
			loaded[row.Tariff] = example(t, row.Tariff)
		}
		cfg := loaded[row.Tariff]
		stay := tariff.Stay{
			EntryMS: localMS(t, cfg, row.Entry), ExitMS: localMS(t, cfg, row.Exit), Product: row.Product, Lost: row.Lost, UnpaidDays: row.Unpaid,
		}
		fee := tariff.Quote(cfg, stay)
		if fee.TotalMinor != row.FeeMinor {
			t.Errorf("%s %s %s -> %s costs %d, published %d (%s: %s): %+v", row.ID, row.Tariff, row.Entry, row.Exit, fee.TotalMinor, row.FeeMinor, row.Basis, row.Why, fee.Charges)
		}
		sum := int64(0)
		for _, c := range fee.Charges {
			sum += c.AmountMinor
		}
		if sum != fee.TotalMinor-fee.AddedMinor {
			t.Errorf("%s: the lines sum to %d, not %d", row.ID, sum, fee.TotalMinor)
		}
	}
}
