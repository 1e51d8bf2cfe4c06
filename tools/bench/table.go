package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
)

// row is one line of the table: a figure, the peer or floor that was measured beside it, and what we want.
type row struct {
	Case  string  `json:"case"`
	What  string  `json:"what"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	// Peer is what PeerValue is of, in the same unit; empty: there is none.
	Peer      string  `json:"peer,omitempty"`
	PeerValue float64 `json:"peerValue,omitempty"`
	// Ratio is the median of the rounds' own ratios to the peer; 0: there is none.
	Ratio   float64 `json:"ratio,omitempty"`
	Target  string  `json:"target,omitempty"`
	Verdict string  `json:"verdict,omitempty"`
	Note    string  `json:"note,omitempty"`
}

const (
	verdictOK     = "ok"
	verdictMissed = "MISSED"
)

// atMost bounds the value.
func (r row) atMost(limit float64) row {
	return r.judged(r.Value <= limit, strings.TrimSpace("≤ "+number(limit)+" "+r.Unit))
}

// ratioAtMost bounds the ratio to the peer.
func (r row) ratioAtMost(limit float64) row {
	return r.judged(r.Ratio <= limit, "≤ "+number(limit)+" ×")
}

// ratioAtLeast bounds the ratio to the peer from below.
func (r row) ratioAtLeast(limit float64) row {
	return r.judged(r.Ratio >= limit, "≥ "+number(limit)+" ×")
}

func (r row) judged(good bool, target string) row {
	r.Target, r.Verdict = target, verdictMissed
	if good {
		r.Verdict = verdictOK
	}
	return r
}

// against fills in a row's value, and its peer's of the same rounds.
func (f figures) against(r row, name, peer string) row {
	r.Value, r.PeerValue, r.Ratio = f.of(name), f.of(peer), f.ratio(name, peer)
	return r
}

// number writes three digits that matter.
func number(value float64) string {
	switch size := math.Abs(value); {
	case value == math.Trunc(value) || size >= 100:
		return strconv.FormatFloat(value, 'f', 0, 64)
	case size >= 10:
		return strconv.FormatFloat(value, 'f', 1, 64)
	case size >= 0.1:
		return strconv.FormatFloat(value, 'f', 2, 64)
	}
	return strconv.FormatFloat(value, 'g', 2, 64)
}

// printer writes rows as they come, so that one sees where a run is.
type printer struct {
	out  io.Writer
	json bool
	rows []row
	lost []failure
}

// failure is why a case has no rows.
type failure struct {
	Case string `json:"case"`
	Why  string `json:"why"`
}

// failed notes a case that could not be measured.
func (p *printer) failed(name string, err error) {
	p.lost = append(p.lost, failure{name, err.Error()})
	if !p.json {
		fmt.Fprintln(p.out, "not measured:", err)
	}
}

// print adds the rows of one case.
func (p *printer) print(rows []row) error {
	p.rows = append(p.rows, rows...)
	if p.json {
		return nil
	}
	table := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		peer, ratio := "", ""
		if r.Peer != "" {
			peer = fmt.Sprintf("%s %s", r.Peer, number(r.PeerValue))
		}
		if r.Ratio != 0 {
			ratio = number(r.Ratio) + " ×"
		}
		fmt.Fprintf(table, "%s\t%s %s\t%s\t%s\t%s\t%s\t%s\n", r.What, number(r.Value), r.Unit, peer, ratio, r.Target, r.Verdict, r.Note)
	}
	return table.Flush()
}

// heading begins a case.
func (p *printer) heading(name, what string) {
	if !p.json {
		fmt.Fprintf(p.out, "\n%s: %s\n", name, what)
	}
}

// end writes the JSON, and counts the targets.
func (p *printer) end(about machine) error {
	missed, judged := 0, 0
	for _, r := range p.rows {
		if r.Verdict != "" {
			judged++
		}
		if r.Verdict == verdictMissed {
			missed++
		}
	}
	if p.json {
		encoder := json.NewEncoder(p.out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(struct {
			Machine machine   `json:"machine"`
			Rows    []row     `json:"rows"`
			Missed  int       `json:"missed"`
			Failed  []failure `json:"failed,omitempty"`
		}{about, p.rows, missed, p.lost})
	}
	unmeasured := ""
	if len(p.lost) > 0 {
		unmeasured = fmt.Sprintf("; cases not measured: %d", len(p.lost))
	}
	_, err := fmt.Fprintf(p.out, "\n%d of %d targets met%s\n", judged-missed, judged, unmeasured)
	return err
}
