package site

import (
	"reflect"
	"strings"
)

// Keys lists the keys of a site file, of all its tables.
func Keys() []string { return keysOf(reflect.TypeFor[file]()) }

func keysOf(t reflect.Type) (keys []string) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("toml"), ",")
		keys = append(append(keys, name), keysOf(t.Field(i).Type)...)
	}
	return keys
}
