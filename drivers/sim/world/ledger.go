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
	ArriveMS int64
	DepartMS int64 // StillThere: the ledger does not know, and the vehicle stays
	FeeMinor int64 // fen, what was really paid
	Stable   bool  // the operator's own flag: believable
}

// StillThere is the departure of a stay whose end the ledger does not tell.
const StillThere = int64(-1)

// ledgerZone is that of the ledgers' times: China has had no summer time since 1991.
func ledgerZone() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }

// ReadLedger reads a CSV ledger. Its header names the columns arrive_local and depart_local (Asia/Shanghai) and, if
// they are there, fee_cny and stable, in any order; other columns are left alone. Rows may come in any order.
//
// Ledgers are full of holes, and one bad row of last year must not keep a day of this year from being replayed. A row
// whose arrival can't be read is skipped: skipped says which and why. A departure that is missing, can't be read or
// precedes the arrival is none: the vehicle came, and stays. Such a stay, and one whose fee can't be read, is not
// Stable. The error is for what is no ledger at all.
func ReadLedger(r io.Reader) (stays []Stay, skipped []error, err error) {
	lines := bufio.NewScanner(r)
	if !lines.Scan() {
		return nil, nil, fmt.Errorf("%w: no header: %w", ErrLedger, cmp.Or(lines.Err(), io.ErrUnexpectedEOF))
	}
	columns, err := columnsOf(cellsOf(strings.TrimPrefix(lines.Text(), "\ufeff")))
	if err != nil {
		return nil, nil, err
	}
	for number := 2; lines.Scan(); number++ {
		stay, reason := columns.stay(cellsOf(lines.Text()))
		if reason != nil {
			skipped = append(skipped, fmt.Errorf("%w: line %d: %w", ErrLedger, number, reason))
			continue
		}
		stays = append(stays, stay)
	}
	if err := lines.Err(); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrLedger, err)
	}
	if len(stays) == 0 && len(skipped) > 0 {
		return nil, nil, fmt.Errorf("no row can be read; the first: %w", skipped[0])
	}
	return stays, skipped, nil
}

// cellsOf takes a row apart. No value of a ledger holds a comma, and a stray quote must not swallow the rows behind it.
func cellsOf(row string) []string {
	cells := strings.Split(row, ",")
	for i := range cells {
		cells[i] = strings.Trim(cells[i], " \t\r\"")
	}
	return cells
}

// columns are the places of the columns in a row; -1: there is no such column.
type columns struct{ arrive, depart, fee, stable int }

func columnsOf(header []string) (columns, error) {
	find := func(name string) int {
		return slices.IndexFunc(header, func(cell string) bool { return strings.EqualFold(cell, name) })
	}
	c := columns{find("arrive_local"), find("depart_local"), find("fee_cny"), find("stable")}
	if c.arrive < 0 || c.depart < 0 {
		return c, fmt.Errorf("%w: line 1: the header must name the columns %q", ErrLedger, "arrive_local,depart_local,fee_cny,stable")
	}
	return c, nil
}

// stay reads a row. Its error is why the row says nothing.
func (c columns) stay(cells []string) (Stay, error) {
	cell := func(at int) string {
		if at < 0 || at >= len(cells) {
			return ""
		}
		return cells[at]
	}
	arrive, err := readMinute(cell(c.arrive))
	if err != nil {
		return Stay{}, err
	}
	depart, departErr := readMinute(cell(c.depart))
	if departErr != nil || depart < arrive {
		return Stay{ArriveMS: arrive, DepartMS: StillThere}, nil
	}
	fee, feeErr := fact.ParseMoney(cell(c.fee), "CNY")
	if feeErr != nil {
		fee.Minor = 0
	}
	return Stay{ArriveMS: arrive, DepartMS: depart, FeeMinor: fee.Minor, Stable: feeErr == nil && cell(c.stable) == "1"}, nil
}

func readMinute(text string) (int64, error) {
	for _, form := range [...]string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02 15:04:05"} {
		if at, err := time.ParseInLocation(form, text, ledgerZone()); err == nil {
			return at.Truncate(time.Minute).UnixMilli(), nil
		}
	}
	return 0, fmt.Errorf("time %q: write it as 2019-06-01T08:30", text)
}

// Span tells the days between which the stays of a ledger began.
func Span(stays []Stay) string {
	if len(stays) == 0 {
		return "it has no rows"
	}
	byArrival := func(a, b Stay) int { return cmp.Compare(a.ArriveMS, b.ArriveMS) }
	day := func(s Stay) string { return time.UnixMilli(s.ArriveMS).In(ledgerZone()).Format(time.DateOnly) }
	return fmt.Sprintf("it goes from %s to %s", day(slices.MinFunc(stays, byArrival)), day(slices.MaxFunc(stays, byArrival)))
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
// minute that the seed chooses. The lot is empty at 0 ms, which is midnight, since nobody knows where those stand who
// came on an earlier day; who stays longer than the day leaves on a later one, or not at all if the ledger does not say
// when. Plates and kinds are made up.
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
		if stay.DepartMS != StillThere {
			car.DepartMS = max(stay.DepartMS-midnight+d.below(60_000), car.ArriveMS+1_000)
		}
		cars = append(cars, car)
	}
	slices.SortStableFunc(cars, func(a, b CarPlan) int { return cmp.Compare(a.ArriveMS, b.ArriveMS) })
	return cars, nil
}
