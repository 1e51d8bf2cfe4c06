package world

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"gatehouse/sync/fact"
)

// ErrLedger is wrapped by every error of ReadLedger and Day.
var ErrLedger = errors.New("world: wrong ledger")

// Stay is one row of a real car park's ledger. Times are UTC in ms, cut to the minute.
type Stay struct {
	ArriveMS, DepartMS int64
	FeeMinor           int64 // fen, what was really paid
	Stable             bool  // the operator's own flag: believable
}

// ledgerHeader is the first line of a ledger.
const ledgerHeader = "arrive_local,depart_local,fee_cny,stable"

// ledgerZone is that of the ledgers' times: China has had no summer time since 1991.
func ledgerZone() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }

// ReadLedger reads a CSV ledger with the columns arrive_local, depart_local (Asia/Shanghai, to the minute),
// fee_cny and stable. An error names its line.
func ReadLedger(r io.Reader) ([]Stay, error) {
	lines := bufio.NewScanner(r)
	var stays []Stay
	for number := 1; lines.Scan(); number++ {
		text := strings.TrimSuffix(lines.Text(), "\r")
		if number == 1 {
			if text != ledgerHeader {
				return nil, fmt.Errorf("%w: line 1: the header must be %q", ErrLedger, ledgerHeader)
			}
			continue
		}
		stay, err := readStay(text)
		if err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrLedger, number, err)
		}
		stays = append(stays, stay)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrLedger, err)
	}
	return stays, nil
}

func readStay(text string) (Stay, error) {
	fields := strings.Split(text, ",")
	if len(fields) != 4 {
		return Stay{}, fmt.Errorf("%d columns; write 4", len(fields))
	}
	arrive, err := readMinute(fields[0])
	if err != nil {
		return Stay{}, err
	}
	depart, err := readMinute(fields[1])
	if err != nil {
		return Stay{}, err
	}
	if depart < arrive {
		return Stay{}, fmt.Errorf("departs at %s, before it arrives", fields[1])
	}
	fee, err := fact.ParseMoney(fields[2], "CNY")
	if err != nil {
		return Stay{}, err
	}
	if fields[3] != "0" && fields[3] != "1" {
		return Stay{}, fmt.Errorf("stable %q: write 0 or 1", fields[3])
	}
	return Stay{ArriveMS: arrive, DepartMS: depart, FeeMinor: fee.Minor, Stable: fields[3] == "1"}, nil
}

func readMinute(text string) (int64, error) {
	at, err := time.ParseInLocation("2006-01-02T15:04", text, ledgerZone())
	if err != nil {
		return 0, fmt.Errorf("time %q: write it as 2019-06-01T08:30", text)
	}
	return at.UnixMilli(), nil
}

// MidnightMS is the UTC time in ms at which a date ("2019-06-01") begins at the ledgers' car parks: the 0 ms
// of the plans that Day makes.
func MidnightMS(date string) (int64, error) {
	at, err := time.ParseInLocation(time.DateOnly, date, ledgerZone())
	if err != nil {
		return 0, fmt.Errorf("%w: date %q: write it as 2019-06-01", ErrLedger, date)
	}
	return at.UnixMilli(), nil
}

// Day makes cars of the stays that began on a date, in the order in which they arrive, each at a second of its
// minute that the seed chooses. The lot is empty at 0 ms, which is midnight; who stays longer than the day
// leaves on a later one. Plates and kinds are made up.
func Day(stays []Stay, date string, seed uint64) ([]CarPlan, error) {
	const dayMS = 86_400_000
	midnight, err := MidnightMS(date)
	if err != nil {
		return nil, err
	}
	var cars []CarPlan
	for _, stay := range stays {
		at := stay.ArriveMS - midnight
		if at < 0 || at >= dayMS {
			continue
		}
		car := Stranger(seed, len(cars))
		d := diceOf(seed, dayDice, len(cars)+1)
		car.ArriveMS = at + d.below(60_000)
		car.DepartMS = max(stay.DepartMS-midnight+d.below(60_000), car.ArriveMS+1_000)
		cars = append(cars, car)
	}
	slices.SortStableFunc(cars, func(a, b CarPlan) int { return cmp.Compare(a.ArriveMS, b.ArriveMS) })
	return cars, nil
}
