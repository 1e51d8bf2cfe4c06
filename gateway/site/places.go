package site

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/gateway/booking"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/occupancy"
	"gatehouse/gateway/plate"
	"gatehouse/sync/fact"
)

// spotsMax is the largest lot that one gateway runs (NFR-6).
const spotsMax = 10_000

func (b *builder) location() {
	l, cfg := &b.file.Location, b.site.Lot
	cfg.Location, cfg.Name, cfg.Currency = fact.LocationID(l.ID), l.Name, fact.Currency(l.Currency)
	if l.ID == "" {
		b.wrong("the location needs an id", `write id = "…", unique in the chain`, "location")
	}
	if cfg.Name == "" {
		cfg.Name = l.ID
	}
	if !currencyCode.MatchString(l.Currency) {
		b.wrong(missingOr(l.Currency, "currency"), `write its ISO code, for example currency = "EUR"`, "location", "currency")
		cfg.Currency = "XTS" // the ISO code for tests: what follows from a wrong one need not be told as well
	}
	zone, err := time.LoadLocation(l.Timezone)
	if err != nil || l.Timezone == "" || l.Timezone == "Local" {
		b.wrong(missingOr(l.Timezone, "time zone"), `write its IANA name, for example timezone = "Europe/Berlin"`, "location", "timezone")
		zone = time.UTC
	}
	cfg.Zone, cfg.Matching = zone, plate.DefaultPolicy()
	cfg.Strategy = choose(b, l.Strategy,
		[]string{"nearest_elevator", "nearest_entry", "top_floor_first", "even_wear"},
		[]booking.Strategy{booking.NearestElevator, booking.NearestEntry, booking.TopFloorFirst, booking.EvenWear},
		booking.NearestElevator, "location", "strategy")
	b.site.Board = l.Board
	if strings.HasSuffix(l.Board, ".toml") {
		b.site.Board = b.beside(l.Board)
	}
	if l.Board == "" {
		b.wrong("the board is missing", "write board = \"pi4\", or another name that `lotctl board ls` lists", "location")
	}
}

var currencyCode = regexp.MustCompile(`^[A-Z]{3}$`)

// missingOr says what is wrong with a text that can't be used.
func missingOr(text, what string) string {
	if text == "" {
		return "the " + what + " is missing"
	}
	return fmt.Sprintf("%q is no %s", text, what)
}

func (b *builder) floors() {
	ids := map[string]bool{}
	for i, f := range b.file.Floors {
		b.unique(f.ID, "floor", "id", ids, "floor", i)
		name := f.Name
		if name == "" {
			name = "Floor " + strconv.FormatInt(f.Number, 10)
		}
		b.site.Lot.Floors = append(b.site.Lot.Floors, lot.Floor{ID: fact.FloorID(f.ID), Number: int(f.Number), Name: name})
	}
	if len(ids) == 0 {
		b.wrong("there is no floor", "add a [[floor]] with an id and a number")
	}
	zones := map[string]bool{}
	for i, z := range b.file.Zones {
		b.unique(z.ID, "zone", "id", zones, "zone", i)
		name := z.Name
		if name == "" {
			name = z.ID
		}
		floor := b.find(z.Floor, "floor", b.floorIDs(), "zone", i, "floor")
		b.site.Lot.Zones = append(b.site.Lot.Zones, lot.Zone{ID: fact.ZoneID(z.ID), Floor: max(0, floor), Name: name})
	}
}

func (b *builder) floorIDs() []string {
	ids := make([]string, len(b.file.Floors))
	for i := range ids {
		ids[i] = b.file.Floors[i].ID
	}
	return ids
}

func (b *builder) zoneIDs() []string {
	ids := make([]string, len(b.file.Zones))
	for i := range ids {
		ids[i] = b.file.Zones[i].ID
	}
	return ids
}

func (b *builder) sensors() {
	names := map[string]bool{}
	for i, s := range b.file.Sensors {
		b.unique(s.Name, "sensor", "name", names, "sensor", i)
		cfg := occupancy.Default()
		if b.within(s.EmptyMM, 0, 100_000, "sensor", i, "empty_mm") {
			cfg.EmptyMM = int32(s.EmptyMM)
		}
		b.set(&cfg.PeriodMS[0], s.PeriodMS, 0, 86_400_000, "sensor", i, "period_ms")
		cfg.PeriodMS[1] = cfg.PeriodMS[0]
		cfg.SuspectAfterMS = max(cfg.SuspectAfterMS, 2*cfg.PeriodMS[0])
		b.set(&cfg.DebounceMS, s.DebounceMS, 0, 600_000, "sensor", i, "debounce_ms")
		cfg.DoubtDebounceMS = max(cfg.DoubtDebounceMS, cfg.DebounceMS)
		count := int64(cfg.Sensors)
		b.set(&count, s.Sensors, 1, 2, "sensor", i, "sensors")
		cfg.Sensors = uint8(count)
		if err := cfg.Check(); err != nil && s.EmptyMM > 0 {
			b.wrong(without(err, occupancy.ErrConfig), "write millimetres: 2400 for 2.40 m", "sensor", i, "empty_mm")
		} else if err != nil {
			b.wrong(without(err, occupancy.ErrConfig), "", "sensor", i)
		}
		b.site.Lot.Sensors = append(b.site.Lot.Sensors, cfg)
	}
}

// without is the text of errors of a package without what they all begin with.
func without(err, prefix error) string {
	text := strings.ReplaceAll(err.Error(), prefix.Error()+": ", "")
	return strings.ReplaceAll(text, "\n", "; ")
}

func (b *builder) spots() {
	var sensors []string
	for _, s := range b.file.Sensors {
		sensors = append(sensors, s.Name)
	}
	seen := map[string]bool{}
	for row := range b.file.Spots {
		table := &b.file.Spots[row]
		spot := lot.Spot{Sensor: -1, Charger: table.Charger}
		spot.Zone = b.find(table.Zone, "zone", b.zoneIDs(), "spots", row, "zone")
		if spot.Zone >= 0 {
			spot.Floor = b.site.Lot.Zones[spot.Zone].Floor
		}
		spot.Type = b.spotType(table.Type, "spots", row, "type")
		if table.Sensor != "" {
			spot.Sensor = b.find(table.Sensor, "sensor", sensors, "spots", row, "sensor")
		}
		b.distances(row)
		numbers := b.numbers(row)
		b.rows = append(b.rows, len(numbers))
		for i, number := range numbers {
			if number == "" {
				b.wrong("a spot has no number", `write numbers = ["A-001..A-040"]`, "spots", row, "numbers")
				continue
			}
			if seen[number] {
				b.wrong(fmt.Sprintf("there are two spots %q", number), "give each its own number", "spots", row, "numbers")
			}
			seen[number] = true
			spot.ID, spot.Number = fact.SpotID(number), number
			spot.ElevatorDistanceM = int32(table.ElevatorM + int64(i)*table.StepM)
			spot.EntryDistanceM = b.entryDistances(table, i)
			b.site.Lot.Spots = append(b.site.Lot.Spots, spot)
		}
	}
	if n := len(b.site.Lot.Spots); n == 0 || n > spotsMax {
		b.wrong(fmt.Sprintf("there are %d spots", n), fmt.Sprintf("a gateway runs 1 to %d spots; add [[spots]] rows", spotsMax))
	}
}

// distancesMax bounds distances in metres, and so everything that is counted from them.
const distancesMax = 100_000

// distances checks what a row says of distances.
func (b *builder) distances(row int) {
	table := &b.file.Spots[row]
	b.within(table.ElevatorM, 0, distancesMax, "spots", row, "elevator_distance_m")
	b.within(table.StepM, 0, distancesMax, "spots", row, "step_m")
	for _, id := range slices.Sorted(maps.Keys(table.EntryM)) {
		b.within(table.EntryM[id], 0, distancesMax, "spots", row, "entry_distance_m", id)
		b.find(id, "entry gate", b.entries, "spots", row, "entry_distance_m", id)
	}
}

// entryDistances is how far a spot is from each entry gate.
func (b *builder) entryDistances(table *spotsTable, i int) []int32 {
	distances := make([]int32, len(b.entries))
	for g, id := range b.entries {
		distances[g] = int32(table.EntryM[id] + int64(i)*table.StepM)
	}
	return distances
}

// numbers spells a row's ranges out.
func (b *builder) numbers(row int) []string {
	var numbers []string
	for i, text := range b.file.Spots[row].Numbers {
		numbers = append(numbers, b.spelt(text, "spots", row, "numbers", i)...)
		if len(b.site.Lot.Spots)+len(numbers) > spotsMax {
			break
		}
	}
	if len(numbers) == 0 {
		b.wrong("the row has no spots", `write numbers = ["A-001..A-040"]`, "spots", row)
	}
	return numbers[:min(len(numbers), spotsMax+1-len(b.site.Lot.Spots))]
}

// spelt spells a range out: "A-001..A-003" is. A single number is itself.
func (b *builder) spelt(text string, path ...any) (numbers []string) {
	first, last, ranged := strings.Cut(text, "..")
	if !ranged {
		return []string{text}
	}
	prefix, from := splitNumber(first)
	prefixLast, until := splitNumber(last)
	width := len(first) - len(prefix)
	if prefix != prefixLast || from < 0 || until < from || until-from >= spotsMax || width > 9 {
		b.wrong(fmt.Sprintf("%q is no range of spots", text), `write for example "A-001..A-040"`, path...)
		return nil
	}
	for n := from; n <= until; n++ {
		numbers = append(numbers, fmt.Sprintf("%s%0*d", prefix, width, n))
	}
	return numbers
}

// splitNumber parts the digits at the end of a spot's number from what stands before them.
func splitNumber(text string) (prefix string, number int) {
	at := len(text)
	for at > 0 && text[at-1] >= '0' && text[at-1] <= '9' {
		at--
	}
	number, err := strconv.Atoi(text[at:])
	if err != nil {
		return text, -1
	}
	return text[:at], number
}

func (b *builder) spotType(word string, path ...any) fact.SpotType {
	names := make([]string, 0, 5)
	for _, kind := range fact.SpotTypes() {
		names = append(names, kind.String())
	}
	return choose(b, word, names, fact.SpotTypes(), fact.Regular, path...)
}
