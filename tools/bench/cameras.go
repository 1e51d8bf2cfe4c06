package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"runtime"
	"strings"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/axis"
	"gatehouse/drivers/hikvision"
	"gatehouse/drivers/openalpr"
	"gatehouse/drivers/platecamera"
)

// errPlate says that a body did not say the plate that was written into it.
var errPlate = errors.New("bench: a camera's event was misread")

// cameras measures what the processor needs for one event of a camera, from the body to the record of it, against the
// standard library taking the same body apart and understanding nothing. A megabyte of pictures comes with one of them.
func (b *bench) cameras() ([]row, error) {
	read := drivers.PlateRead{
		EventID: "e1", Raw: "M-ÄB 1234", Confidence: 930, Country: "DEU", CameraMS: 1_700_000_000_000,
		Candidates: []drivers.PlateCandidate{{Raw: "MÄB1Z34", Confidence: 810}}, Chars: []uint16{990, 930, 990, 990, 990, 990, 990},
	}
	alert := hikvision.Event("44:a6:42:f3:2a:d7", "forward", read)
	form := "--b\r\nContent-Type: text/xml\r\n\r\n" + string(alert) + "\r\n--b\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff" + strings.Repeat("x", 1<<20) + "\r\n--b--\r\n"
	var rows []row
	for _, c := range []struct {
		what, peer string
		body       []byte
		format     platecamera.Format
		takeApart  func([]byte) error
	}{
		{"Hikvision's XML", "encoding/xml, tokens", alert, hikvision.Format(), xmlTokens},
		{"the same with 1 MB of picture", "encoding/xml, tokens, without it", []byte(form), hikvision.Format(), func([]byte) error { return xmlTokens(alert) }},
		{"Axis's JSON", "encoding/json, any", axis.Event("ACCC8E", "in", platecamera.StateNew, read), axis.Format(), jsonAny},
		{"OpenALPR's JSON", "encoding/json, any", openalpr.Event("cam", "0", read), openalpr.Format(), jsonAny},
	} {
		f := figures{}
		parser := platecamera.NewParser(time.UTC, c.format)
		parse := func() error {
			events, err := parser.Parse(c.body, "")
			if err != nil || len(events) != 1 || events[0].Raw != read.Raw {
				return errors.Join(errPlate, err)
			}
			return nil
		}
		for range b.rounds {
			ours, err := b.each(parse)
			if err != nil {
				return nil, err
			}
			peer, err := b.each(func() error { return c.takeApart(c.body) })
			if err != nil {
				return nil, err
			}
			f.add("ours", ours)
			f.add("peer", peer)
		}
		rows = append(rows, f.against(row{What: "an event of " + c.what, Unit: "µs", Peer: c.peer}, "ours", "peer"))
		rows = append(rows, row{What: "an event of " + c.what + ", allocations", Value: objectsOf(parse)}.atMost(0))
	}
	return rows, nil
}

// objectsOf is how many objects one call allocates. What the runtime allocates meanwhile is less than one a call.
func objectsOf(call func() error) float64 {
	const calls = 1000
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range calls {
		_ = call()
	}
	runtime.ReadMemStats(&after)
	return float64((after.Mallocs - before.Mallocs) / calls)
}

// each is the processor time of one call, in microseconds.
func (b *bench) each(call func() error) (float64, error) {
	calls := b.scale(2_000, 50)
	began := processCPU()
	for range calls {
		if err := call(); err != nil {
			return 0, err
		}
	}
	return float64((processCPU() - began).Microseconds()) / float64(calls), nil
}

func xmlTokens(body []byte) error {
	decoder := xml.NewDecoder(strings.NewReader(string(body)))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func jsonAny(body []byte) error {
	var value any
	return json.Unmarshal(body, &value)
}
