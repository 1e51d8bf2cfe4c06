package site_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"gatehouse/drivers/all"
	"gatehouse/gateway/site"
)

// TestTheReferenceNamesEverything: every key of a site file, every role and every driver is in the reference, and nothing else
// is in its tables.
func TestTheReferenceNamesEverything(t *testing.T) {
	text := site.Reference()
	words := map[string]bool{}
	for _, match := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(text, -1) {
		for word := range strings.SplitSeq(match[1], ".") {
			words[strings.Trim(word, `[]" `)] = true
		}
	}
	keys := site.Keys()
	for _, key := range keys {
		if !words[key] && !strings.Contains(text, "`"+key+" = ") && !strings.Contains(text, "["+key+"]") {
			t.Errorf("the key %s is not in the reference", key)
		}
	}
	for _, use := range site.Uses() {
		if !words[string(use)] {
			t.Errorf("the role %s is not in the reference", use)
		}
	}
	for _, driver := range all.Catalog().Names() {
		if !regexp.MustCompile(`\b` + driver + `\b`).MatchString(text) {
			t.Errorf("the driver %s is not in the reference", driver)
		}
	}
	rows := regexp.MustCompile("(?m)^\\| (`[^|]+`) \\|").FindAllStringSubmatch(text, -1)
	if len(rows) < 20 {
		t.Errorf("the reference has %d rows", len(rows))
	}
	for _, row := range rows {
		for name := range strings.SplitSeq(row[1], ", ") {
			key := strings.Trim(name, "`")
			key = key[strings.LastIndex(key, ".")+1:]
			if !slices.Contains(keys, key) && !slices.Contains(site.Uses(), site.Use(key)) {
				t.Errorf("the reference has %s, and a site file does not", key)
			}
		}
	}
}
