package drivers_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"gatehouse/drivers"
	"gatehouse/sync/tomlfile"
)

// Settings are read from a file as the site file is.
func settings(t *testing.T, text string) drivers.Settings {
	t.Helper()
	document, err := tomlfile.Parse("site.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Settings map[string]any `toml:"settings"`
	}
	if err := document.Decode(&file); err != nil {
		t.Fatal(err)
	}
	return file.Settings
}

func TestSettingsOfAFile(t *testing.T) {
	s := settings(t, "[settings]\nname = \"a\"\nbaud = 9600\nslaves = [\"1-40\", \"50\"]\nmixed = [\"1\", 2]\n")
	if got, err := s.Text("name", ""); got != "a" || err != nil {
		t.Errorf("name: %q, %v", got, err)
	}
	if got, err := s.Int("baud", 0); got != 9600 || err != nil {
		t.Errorf("baud: %d, %v", got, err)
	}
	if got, err := s.Texts("slaves"); !slices.Equal(got, []string{"1-40", "50"}) || err != nil {
		t.Errorf("slaves: %q, %v", got, err)
	}
	if got, err := s.Texts("absent"); got != nil || err != nil {
		t.Errorf("absent: %q, %v", got, err)
	}
	if _, err := s.Texts("mixed"); !errors.Is(err, drivers.ErrSettings) || !strings.Contains(err.Error(), "2 in the list: write texts") {
		t.Errorf("mixed: %v", err)
	}
	if _, err := s.Texts("baud"); !errors.Is(err, drivers.ErrSettings) || !strings.Contains(err.Error(), "baud = 9600: write a list") {
		t.Errorf("baud as a list: %v", err)
	}
}
