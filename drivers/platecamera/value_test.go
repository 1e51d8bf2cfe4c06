package platecamera_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/platecamera"
	"gatehouse/sync/fact"
)

// valueOf is a JSON value as a Node.
func valueOf(t *testing.T, value string) (n platecamera.Node) {
	t.Helper()
	format := platecamera.Format{
		Claims: func(document platecamera.Node) bool { n = document.Get("v"); return true },
		Read: func(events []platecamera.Event, _ platecamera.Node, _ *time.Location) []platecamera.Event {
			return events
		},
	}
	if _, err := platecamera.Parse([]byte(`{"v":`+value+`}`), "", time.UTC, format); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTimesOfEveryForm(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		`"2024-05-07T17:48:03.847+07:00"`:    "2024-05-07T10:48:03.847Z",
		`"2024-05-07T17:48:03+0700"`:         "2024-05-07T10:48:03Z",
		`"2024-05-07T17:48:03+7:00"`:         "2024-05-07T10:48:03Z",
		`"2024-05-07 17:48:03.5+07:00"`:      "2024-05-07T10:48:03.5Z",
		`"2021-09-29T05:56:13.606935Z"`:      "2021-09-29T05:56:13.606935Z",
		`"2018-04-10 03:03:57 GMT"`:          "2018-04-10T03:03:57Z",
		`"2024-05-07T17:48:03"`:              "2024-05-07T15:48:03Z", // summer time in the zone
		`"2024-12-07 17:48:03"`:              "2024-12-07T16:48:03Z",
		`"20240507174803847"`:                "2024-05-07T15:48:03.847Z",
		`"20211208 125854132"`:               "2021-12-08T11:58:54.132Z",
		`"20240507174803"`:                   "2024-05-07T15:48:03Z",
		`"2024-5-7 9:48:03"`:                 "2024-05-07T07:48:03Z",
		`"2024/5/7 9:48:03"`:                 "2024-05-07T07:48:03Z",
		`1700000000`:                         "2023-11-14T22:13:20Z",
		`"1700000000.25"`:                    "2023-11-14T22:13:20.25Z",
		`1700000000123`:                      "2023-11-14T22:13:20.123Z",
		`"1700000000123456"`:                 "2023-11-14T22:13:20.123456Z",
		`"1700000000123456789"`:              "2023-11-14T22:13:20.123456789Z",
		`"2024-05-07T17:48:03 CET"`:          "none", // a name of a zone is no zone
		`"yesterday"`:                        "none",
		`""`:                                 "none",
		`null`:                               "none",
		`-5`:                                 "none",
		`"0000-01-01T00:00:00Z"`:             "none",
		`"9999-01-01T00:00:00Z"`:             "none",
		`"` + strings.Repeat("9", 300) + `"`: "none",
	} {
		at, ok := platecamera.TimeOf(valueOf(t, text), berlin)
		if ok == at.IsZero() || ok == (want == "none") {
			t.Errorf("%s is %v, %t, want %s", text, at, ok, want)
		}
		if got := at.Format(time.RFC3339Nano); ok && got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}

func TestConfidencesAreExact(t *testing.T) {
	for _, c := range []struct {
		text  string
		full  int64
		want  int64
		known bool
	}{
		{`"0.708942"`, 1, 708_942_000, true}, {`92.075203`, 100, 920_752_030, true}, {`98`, 100, 980_000_000, true}, {`"98%"`, 100, 980_000_000, true},
		{`255`, 255, 1_000_000_000, true}, {`7`, 1, 1_000_000_000, true}, {`-1`, 1, 0, false}, {`1e-05`, 1, 10_000, true}, {`1.5E1`, 100, 150_000_000, true},
		{`""`, 1, 0, false}, {`null`, 1, 0, false}, {`"NaN"`, 1, 0, false}, {`"0.5.5"`, 1, 0, false}, {`"1e99999999999"`, 1, 0, false},
		{`0.795461475849152`, 1, 795_461_475, true}, {`true`, 1, 0, false},
	} {
		if got := platecamera.ShareOf(valueOf(t, c.text), c.full); got.Billionths != c.want || got.Known != c.known {
			t.Errorf("%s of %d is %+v, want %d, %v", c.text, c.full, got, c.want, c.known)
		}
	}
	if got := fmt.Sprint(platecamera.SharesOf(valueOf(t, `"99, 61;x 5"`), 100)); got != "[{990000000 true} {610000000 true} {50000000 true}]" {
		t.Errorf("a list in a text: %s", got)
	}
	if got := fmt.Sprint(platecamera.SharesOf(valueOf(t, `[0.9,"0.5"]`), 1)); got != "[{900000000 true} {500000000 true}]" {
		t.Errorf("a list: %s", got)
	}
}

func TestPlates(t *testing.T) {
	for raw, want := range map[string]string{
		"AB12CDE": "AB12CDE", " m-äö 12·3 ": "MÄÖ123", "51F-123.45": "51F12345", "粤B•D12345": "粤BD12345", "Ｂ１２": "B12", "а123вс": "А123ВС",
		"١٢٣ ب": "١٢٣ب", "1กก 1234": "1กก1234", "---": "",
	} {
		if got := platecamera.Plate(raw); got != want {
			t.Errorf("%q is %q, want %q", raw, got, want)
		}
	}
	for _, raw := range []string{"", "-", "unknown", "No Plate", "no_plate", "UNREAD", "无车牌", "<unknown>", "null", "N/A", "A\xff1", "Нет номера", "ไม่ทราบ", "sin placa"} {
		if platecamera.IsPlate(raw) {
			t.Errorf("%q is no plate", raw)
		}
	}
	kept := ""
	if n := testing.AllocsPerRun(100, func() { kept = platecamera.Plate("AB12CDE") }); n > 0 || kept == "" {
		t.Errorf("%v allocations", n)
	}
}

func TestWords(t *testing.T) {
	for inward, want := range map[string]string{
		"forward": "forward=in reverse=out in=unknown out=unknown 90=unknown ", "reverse": "forward=out reverse=in in=unknown out=unknown 90=unknown ",
		"OUT": "forward=unknown reverse=unknown in=out out=in 90=unknown ", "30": "forward=unknown reverse=unknown in=unknown out=unknown 90=in ",
		"270": "forward=unknown reverse=unknown in=unknown out=unknown 90=out ", "": "forward=unknown reverse=unknown in=unknown out=unknown 90=unknown ",
	} {
		got := ""
		for _, word := range []string{"forward", "reverse", "in", "out", "90"} {
			reads, err := platecamera.Reads([]platecamera.Event{{Kind: platecamera.Read, Raw: "A1", Direction: word}}, inward)
			if err != nil {
				t.Fatal(err)
			}
			got += word + "=" + reads[0].Direction.String() + " "
		}
		if got != want {
			t.Errorf("inward %q: %s, want %s", inward, got, want)
		}
	}
	if _, err := platecamera.Reads(nil, "northwards"); !errors.Is(err, drivers.ErrSettings) || !strings.Contains(err.Error(), "forward or reverse") {
		t.Errorf("a word of no pair: %v", err)
	}
	if platecamera.Word(fact.Outward, "reverse") != "forward" || platecamera.Word(fact.Outward, "350") != "170" {
		t.Error("the simulated camera has other words")
	}
}
