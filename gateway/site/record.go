package site

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
)

const (
	recordDirDefault = "readings"
	recordMiBDefault = 64
	recordMiBMax     = 1 << 20
)

// record reads what is kept of sensor readings. Without its table nothing is.
func (b *builder) record() {
	t := b.file.Record
	if t == nil {
		return
	}
	r := Record{Enabled: t.Enabled == nil || *t.Enabled, Dir: t.Dir}
	if r.Dir == "" {
		r.Dir = recordDirDefault
	}
	if !filepath.IsLocal(r.Dir) || filepath.Clean(r.Dir) == "." {
		b.wrong(fmt.Sprintf("%q is not below the data folder", r.Dir), `write the name of a folder, for example dir = "readings"`, "record", "dir")
	}
	mib := int64(recordMiBDefault)
	b.set(&mib, t.MaxMiB, 1, recordMiBMax, "record", "max_mib")
	r.MaxBytes = mib << 20
	r.Spots = b.recordedSpots(t.Spots)
	b.site.Record = r
}

// recordedSpots are the spots that a list names; all that have a sensor if it names none.
func (b *builder) recordedSpots(texts []string) (spots []int32) {
	wanted := map[string]int{}
	for i, text := range texts {
		for _, number := range b.spelt(text, "record", "spots", i) {
			wanted[number] = i
		}
	}
	for i := range b.site.Lot.Spots {
		spot := &b.site.Lot.Spots[i]
		at, named := wanted[spot.Number]
		if named && spot.Sensor < 0 {
			b.wrong(fmt.Sprintf("spot %q has no sensor to record", spot.Number), "name spots whose [[spots]] row has a sensor", "record", "spots", at)
		}
		if spot.Sensor >= 0 && (named || len(texts) == 0) {
			spots = append(spots, int32(i))
		}
		delete(wanted, spot.Number)
	}
	for _, number := range slices.Sorted(maps.Keys(wanted)) {
		b.wrong(fmt.Sprintf("there is no spot %q", number), "write its number as in [[spots]]", "record", "spots", wanted[number])
	}
	return spots
}
