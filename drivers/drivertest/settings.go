package drivertest

import (
	"errors"
	"strings"
	"testing"

	"gatehouse/drivers"
)

// TestRefused checks that a driver refuses settings, and says what to write instead; each is beside what it is to say.
func TestRefused(t *testing.T, driver drivers.Driver, refused map[string]drivers.Settings) {
	t.Helper()
	// any order: each is refused by itself
	for want, settings := range refused {
		_, err := driver.Make(NewHost(), settings)
		if !errors.Is(err, drivers.ErrSettings) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v, want %q", settings, err, want)
		}
	}
}
