package app_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/cloud/app"
	"gatehouse/cloud/store"
	"gatehouse/sync/rest"
)

// changer is an aggregator with backups, whose owner changes its signing key.
type changer struct {
	*testing.T
	*app.App
	dir, backups string
}

func newChanger(t *testing.T, backups string) *changer {
	t.Helper()
	c := &changer{T: t, dir: t.TempDir(), backups: backups}
	a, err := app.New(t.Context(), app.Options{
		Dir: c.dir, Listen: "127.0.0.1:0", MQTT: "127.0.0.1:0", Backup: c.backups, BackupEvery: time.Hour,
		Tokens: []rest.Token{rest.NewToken("owner", rest.RoleConfigure, "secret")},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	if err := a.Start(); err != nil {
		t.Fatal(err)
	}
	c.App = a
	return c
}

// change asks for another key.
func (c *changer) change(overlapHours int) (status int, said string) {
	c.Helper()
	body := strings.NewReader(fmt.Sprintf(`{"reason":"it may be known to others","overlapHours":%d}`, overlapHours))
	r, err := http.NewRequestWithContext(c.T.Context(), "POST", "https://"+c.Address()+"/api/v1/signing-key/change", body)
	if err != nil {
		c.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer secret")
	r.Header.Set("Content-Type", "application/json")
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: c.Authority().Pool()}}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Do(r)
	if err != nil {
		c.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		c.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// recorded are the acts about a key, the oldest first.
func (c *changer) recorded(key string) (acts []string) {
	c.Helper()
	entries, err := c.Store().AuditLog(c.T.Context(), "", 100)
	if err != nil {
		c.Fatal(err)
	}
	slices.SortStableFunc(entries, func(a, b store.AuditEntry) int { return int(a.AtMS - b.AtMS) })
	for _, entry := range entries {
		if entry.Subject == key {
			acts = append(acts, entry.Action)
		}
	}
	return acts
}

// A key that others may know ends before its backup is made: the backup has the new one alone, and who restores it needs no
// other. The looks that end a change by themselves are as fast as they like meanwhile.
func TestAKeyThatEndsAtOnceHasEndedInItsBackup(t *testing.T) {
	c := newChanger(t, t.TempDir())
	until(t, "the backup of the start", func() bool { return hasBackup(t, c.backups) })
	for range 3 {
		before := c.Signing().Key
		status, said := c.change(0)
		now := c.Signing()
		if status != http.StatusOK || now.Key == before || now.Next != "" || strings.Contains(said, `"next"`) || !strings.Contains(said, now.Key) {
			t.Fatalf("%d %s: %+v", status, said, now)
		}
		if acts := c.recorded(now.Key); !slices.Contains(acts, "change_signing_key") || !slices.Contains(acts, "end_signing_key_change") || len(acts) != 2 {
			t.Errorf("on record is %v", acts)
		}
		folders, err := os.ReadDir(c.backups)
		if err != nil || len(folders) == 0 {
			t.Fatal(folders, err)
		}
		newest := filepath.Join(c.backups, folders[len(folders)-1].Name(), "authority")
		kept, err := os.ReadFile(filepath.Join(newest, "signing.key"))
		if err != nil {
			t.Fatal(err)
		}
		own, err := os.ReadFile(filepath.Join(c.dir, "authority", "signing.key"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(newest, "signing.next")); err == nil || string(kept) != string(own) {
			t.Error("the backup was made before the old key ended")
		}
	}
}

// A change whose backup fails has happened all the same, and is on record.
func TestAKeyWithoutABackupIsOnRecord(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(nowhere, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c := newChanger(t, nowhere)
	before := c.Signing().Key
	status, said := c.change(1)
	now := c.Signing()
	if status != http.StatusServiceUnavailable || !strings.Contains(said, "no backup holds the new one") || now.Key != before || now.Next == "" {
		t.Errorf("%d %s: %+v", status, said, now)
	}
	if acts := c.recorded(now.Next); !slices.Equal(acts, []string{"change_signing_key"}) {
		t.Errorf("on record is %v", acts)
	}
}
