package tariffdoc_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io/fs"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"gatehouse/gateway/tariff"
	"gatehouse/gateway/tariffdoc"
)

// TestFeesAreTheSameBytes prices some thousand stays by every example, twice, with new and with used memory. With
// GATEHOUSE_FEES_DIGEST it compares them with those of another machine: .ci/arm64 does.
func TestFeesAreTheSameBytes(t *testing.T) {
	names, err := fs.Glob(tariffdoc.Examples(), "*.toml")
	if err != nil {
		t.Fatal(err)
	}
	once, again := sha256.New(), sha256.New()
	buffer := []tariff.Charge{}
	stays := rand.New(rand.NewPCG(1, 2))
	for _, name := range names {
		cfg := example(t, strings.TrimSuffix(name, ".toml"))
		fromMS := localMS(t, cfg, "2026-03-01T00:00")
		for range 50 {
			stay := tariff.Stay{EntryMS: fromMS + stays.Int64N(300*24*3_600_000), OccupancyPermille: stays.Int64N(1001)}
			stay.ExitMS = stay.EntryMS + stays.Int64N(1+stays.Int64N(60*24*3_600_000))
			written(once, tariff.Quote(cfg, stay))
			fee := tariff.QuoteInto(buffer, cfg, stay)
			written(again, fee)
			buffer = fee.Charges
		}
	}
	digest := fmt.Sprintf("%x", once.Sum(nil))
	t.Log("digest " + digest)
	if other := fmt.Sprintf("%x", again.Sum(nil)); other != digest {
		t.Errorf("with used memory %s", other)
	}
	if wanted := os.Getenv("GATEHOUSE_FEES_DIGEST"); wanted != "" && wanted != digest {
		t.Errorf("another machine has %s", wanted)
	}
}

// written adds all of a fee to a digest.
func written(to hash.Hash, fee tariff.Fee) {
	numbers := []int64{fee.SubtotalMinor, fee.TaxMinor, fee.TotalMinor, fee.TaxMilli, fee.AddedMinor, fee.PaidUntilMS}
	for _, c := range fee.Charges {
		numbers = append(numbers, int64(c.Kind), c.FromMS, c.ToMS, c.Times, c.Units, c.UnitMS, c.PriceMinor, c.AmountMinor, c.CutMinor, c.Milli)
		to.Write([]byte(c.Rule + c.Cap + c.Payer))
	}
	for _, n := range numbers {
		to.Write(binary.BigEndian.AppendUint64(nil, uint64(n)))
	}
}
