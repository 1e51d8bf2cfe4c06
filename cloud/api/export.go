package api

import (
	"bytes"
	"context"
	"encoding/csv"
	"strconv"
	"strings"

	"gatehouse/cloud/ledger"
	"gatehouse/sync/rest"
)

const typeCSV = "text/csv; charset=utf-8"

// exportColumns name what each row tells: one location on one of its civil days.
var exportColumns = []string{
	"date", "locationId", "name", "currency", "entries", "exits", "denied", "revenue", "owed", "stays", "avgMinutes", "violations", "openedByHand",
}

// exportWish is what asks for the days of one location, or of all.
type exportWish struct {
	Location string `query:"locationId" maxLength:"64" doc:"One location; none: all"`
	Period   string `query:"period" default:"31d" pattern:"^([1-9]|[1-9][0-9]|[12][0-9][0-9]|3[0-5][0-9]|36[0-6])d$" doc:"1d to 366d, today included" example:"31d"`
}

// exportAnswer is a file for a spreadsheet.
type exportAnswer struct {
	Type string `header:"Content-Type"`
	Name string `header:"Content-Disposition"`
	Body []byte
}

// export answers with days as rows of CSV, locations in the order of their ids. Amounts have the digits of their currency.
func (s *Server) export(ctx context.Context, in *exportWish) (*exportAnswer, error) {
	days, err := daysOfPeriod(in.Period)
	if err != nil {
		return nil, err
	}
	var places []ledger.Summary
	if in.Location != "" {
		one, err := s.summary(in.Location)
		if err != nil {
			return nil, err
		}
		places = append(places, one)
	} else {
		s.See(func(c *ledger.Chain) { places = c.Summaries(s.Now().UnixMilli()) })
	}
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	_ = w.Write(exportColumns) // a buffer takes all
	for i := range places {
		l := &places[i]
		now := s.Now().In(l.Zone)
		hours, err := s.hoursOf(ctx, l, dayAt(now, 1-days))
		if err != nil {
			return nil, err
		}
		for _, day := range dayTotals(hours, now, days, l.Currency) {
			_ = w.Write(exportRow(l, day))
		}
	}
	w.Flush()
	return &exportAnswer{typeCSV, `attachment; filename="gatehouse-days.csv"`, text.Bytes()}, nil
}

func exportRow(l *ledger.Summary, d DayTotals) []string {
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	return []string{
		d.Date, string(l.ID), cellText(nameOfLocation(l)), string(l.Currency), number(d.Entries), number(d.Exits), number(d.Denied), string(d.Revenue),
		string(rest.AmountOf(d.OwedMinor, l.Currency)), number(d.Stays), number(int64(d.AvgDuration.Hours*60 + d.AvgDuration.Minutes)), number(d.Violations), number(d.ByHand),
	}
}

// cellText keeps a spreadsheet from taking a name for a formula.
func cellText(name string) string {
	if strings.HasPrefix(name, "=") || strings.HasPrefix(name, "+") || strings.HasPrefix(name, "-") || strings.HasPrefix(name, "@") {
		return "'" + name
	}
	return name
}
