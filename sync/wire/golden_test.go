package wire_test

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

var rewrite = flag.Bool("rewrite", false, "append the missing lines to testdata/facts-v1.txt")

const goldenFile = "testdata/facts-v1.txt"

// Each line of the golden file is a fact as some release wrote it: name and hex. A line is never changed or
// removed; a new kind or a new field adds one. Cards and clouds in the field hold such bytes for ever.
func TestFactsOfEveryReleaseKeepTheirMeaning(t *testing.T) {
	lines := goldenLines(t)
	for _, line := range lines {
		checkGolden(t, line)
	}
	for _, zero := range fact.Types() {
		line := goldenLine(t, filled(zero))
		if slices.Contains(lines, line) {
			continue
		}
		if !*rewrite {
			t.Errorf("not in %s: %s\nIf a kind or a field is new, append it with -rewrite.", goldenFile, line)
			continue
		}
		appendGolden(t, line)
	}
}

func goldenLine(t *testing.T, f fact.Fact) string {
	return fmt.Sprintf("%s %x", reflect.TypeOf(f).Name(), encode(t, fact.Record{Dot: entry().Dot, At: entry().At, Fact: f}))
}

// checkGolden holds a line against today's types: the same bytes again, and each field either absent or of the
// value that its name gives.
func checkGolden(t *testing.T, line string) {
	name, text, _ := strings.Cut(line, " ")
	data, err := hex.DecodeString(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	record, err := wire.DecodeRecord(data)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if again := encode(t, record); !bytes.Equal(again, data) {
		t.Errorf("%s: bytes %x became %x", name, data, again)
	}
	if record.Dot != entry().Dot || record.At != entry().At || reflect.TypeOf(record.Fact).Name() != name {
		t.Errorf("%s: read as %+v", name, record)
		return
	}
	got, want := reflect.ValueOf(record.Fact), reflect.ValueOf(filled(record.Fact))
	for i := range got.NumField() {
		if !got.Field(i).IsZero() && !got.Field(i).Equal(want.Field(i)) {
			t.Errorf("%s.%s = %v: its key had another meaning", name, got.Type().Field(i).Name, got.Field(i))
		}
	}
}

func goldenLines(t *testing.T) (lines []string) {
	data, err := os.ReadFile(goldenFile)
	if err != nil && !(*rewrite && os.IsNotExist(err)) {
		t.Fatal(err)
	}
	for scan := bufio.NewScanner(bytes.NewReader(data)); scan.Scan(); {
		lines = append(lines, scan.Text())
	}
	return lines
}

func appendGolden(t *testing.T, line string) {
	file, err := os.OpenFile(goldenFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := fmt.Fprintln(file, line); err != nil {
		t.Fatal(err)
	}
}
