package fact_test

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gatehouse/sync/fact"
)

// TestTypesAreComplete compares the registry with the constants of kinds: each has one type, named alike.
func TestTypesAreComplete(t *testing.T) {
	var listed []string
	last := fact.Kind(0)
	for _, f := range fact.Types() {
		name := "Kind" + reflect.TypeOf(f).Name()
		if f.Kind() <= last {
			t.Errorf("%s has number %d after %d", name, f.Kind(), last)
		}
		last = f.Kind()
		listed = append(listed, name)
	}
	kinds := declared(t)["Kind"]
	for _, kind := range kinds {
		if !slices.Contains(listed, kind) {
			t.Errorf("%s has no type in Types", kind)
		}
	}
	if len(kinds) != len(listed) {
		t.Errorf("%d kinds and %d types", len(kinds), len(listed))
	}
}

// TestFactsArePlainValues looks at every field of every fact: a small key of its own, nothing that is shared or inexact.
func TestFactsArePlainValues(t *testing.T) {
	for _, f := range fact.Types() {
		keys := map[int]bool{}
		of := reflect.TypeOf(f)
		for i := range of.NumField() {
			field := of.Field(i)
			key, options, _ := strings.Cut(field.Tag.Get("cbor"), ",")
			number, err := strconv.Atoi(key)
			if err != nil || number < 1 || number > 23 || keys[number] || !strings.HasPrefix(options, "keyasint") {
				t.Errorf("%s.%s has the key %q", of.Name(), field.Name, field.Tag)
			}
			keys[number] = true
			if !plain(field.Type) {
				t.Errorf("%s.%s is a %s", of.Name(), field.Name, field.Type)
			}
		}
	}
}

func plain(of reflect.Type) bool {
	switch of.Kind() {
	case reflect.Array:
		return plain(of.Elem())
	case reflect.Bool, reflect.String, reflect.Int64, reflect.Uint8, reflect.Uint16, reflect.Uint64:
		return true
	}
	return false
}
