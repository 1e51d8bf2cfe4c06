package lot_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gatehouse/gateway/lot"
)

// TestTheStoredStateHasTheShapeOfItsVersion reminds whoever changes what is stored to raise lot.StateVersion: a state of
// another build would be loaded as if it were this one's. What Apply makes of a fact has no shape: who changes that has to
// think of it.
func TestTheStoredStateHasTheShapeOfItsVersion(t *testing.T) {
	const file = "testdata/state.shape"
	got := fmt.Sprintf("version %d\n", lot.StateVersion) + shapeOf(storedTypes(t))
	text, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	want := string(text)
	version, _, _ := strings.Cut(got, "\n")
	switch raised := !strings.HasPrefix(want, version+"\n"); {
	case got == want:
	case raised && *rewrite:
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	case raised:
		t.Errorf("%s is of another version: run this test with -rewrite, and read the difference before committing it", file)
	default:
		t.Errorf("what is stored has another shape than %s says of %s: raise lot.StateVersion, then run this test with -rewrite\n--- got\n%s", file, version, got)
	}
}

// storedTypes are the types of the records of each table, by a lot that has stored one of each.
func storedTypes(t *testing.T) map[uint8]reflect.Type {
	s := newTeller(t)
	s.commands(
		"tariff square", "reserve regular B-AB1 30 90", "reserve regular B-AB2 60 90", "cancel R2", "pass B-AB2 card regular",
		"entry IN B-AB3 key", "leave IN", "enter IN B-AB4", "validate T2 HALF 7", "close T1", "empty A-1",
	)
	types := map[uint8]reflect.Type{}
	s.lot.DirtyAll()
	s.lot.Dirty(func(table uint8, _ string, value any) {
		if value != nil {
			types[table] = reflect.TypeOf(value)
		}
	})
	for table := range uint8(archived) {
		err := s.lot.Load(table, "", nil)
		if known := err == nil || !strings.Contains(err.Error(), "not known to this version"); known != (types[table] != nil) {
			t.Fatalf("table %d: a start reads it: %t, but what the test stores has a record of it: %t", table, known, !known)
		}
	}
	return types
}

// shapeOf prints tables with their types, and types with their fields.
func shapeOf(tables map[uint8]reflect.Type) string {
	var text strings.Builder
	said := map[reflect.Type]bool{}
	var queue []reflect.Type
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		fmt.Fprintf(&text, "table %d %s\n", table, typeName(tables[table]))
		queue = append(queue, tables[table])
	}
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		for next.Kind() == reflect.Pointer || next.Kind() == reflect.Slice || next.Kind() == reflect.Array {
			next = next.Elem()
		}
		if said[next] || next.Kind() != reflect.Struct {
			continue
		}
		said[next] = true
		fmt.Fprintf(&text, "type %s\n", typeName(next))
		for i := range next.NumField() {
			field := next.Field(i)
			if !field.IsExported() {
				continue
			}
			key, _, _ := strings.Cut(field.Tag.Get("cbor"), ",")
			fmt.Fprintf(&text, "  %s %s %s\n", key, field.Name, typeName(field.Type))
			queue = append(queue, field.Type)
		}
	}
	return text.String()
}

// typeName is a type with what it is made of.
func typeName(t reflect.Type) string {
	switch {
	case t.Kind() == reflect.Pointer:
		return typeName(t.Elem())
	case t.Name() != "" && t.Kind() != reflect.Struct && t.String() != t.Kind().String():
		return t.String() + " " + t.Kind().String()
	}
	return t.String()
}
