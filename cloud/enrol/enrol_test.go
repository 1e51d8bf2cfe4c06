package enrol_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/cloud/documents/documentstest"
	"gatehouse/cloud/enrol"
)

// office is headquarters with a clock that the test sets.
type office struct {
	*enrol.Registry
	authority *enrol.Authority
	documents *documentstest.Memory
	now       time.Time
	lost      []string
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{documents: documentstest.NewMemory(), now: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)}
	authority, err := enrol.OpenAuthority(t.TempDir(), o.now)
	if err != nil {
		t.Fatal(err)
	}
	o.authority = authority
	o.Registry, err = enrol.OpenRegistry(t.Context(), authority, o.documents, func() time.Time { return o.now })
	if err != nil {
		t.Fatal(err)
	}
	o.OnRevoked(func(d enrol.Device) { o.lost = append(o.lost, d.Fingerprint) })
	return o
}

func request(t *testing.T) []byte {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
}

func parse(t *testing.T, issued enrol.Issued) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode(issued.Certificate)
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func (o *office) enrol(t *testing.T, location string) enrol.Issued {
	t.Helper()
	code, err := o.NewCode(t.Context(), location, "ann", false)
	if err != nil {
		t.Fatal(err)
	}
	issued, err := o.Enrol(t.Context(), code, request(t), "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	return issued
}

func (o *office) admits(t *testing.T, issued enrol.Issued, want error) {
	t.Helper()
	if _, err := o.Admit(t.Context(), parse(t, issued)); !errors.Is(err, want) {
		t.Errorf("admit: %v, want %v", err, want)
	}
}

func TestACodeWorksOnceForOneLocationAndNotForLong(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	code, err := o.NewCode(ctx, "p8", "ann", false)
	if err != nil {
		t.Fatal(err)
	}
	spoken := strings.ToLower(strings.ReplaceAll(code, "-", " "))
	issued, err := o.Enrol(ctx, spoken, request(t), "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	device, err := o.Admit(ctx, parse(t, issued))
	if err != nil || device.Location != "p8" || device.EnrolledBy != "ann" || device.Source != "192.0.2.1" {
		t.Errorf("%+v %v", device, err)
	}
	if _, err := o.Enrol(ctx, code, request(t), "192.0.2.1"); !errors.Is(err, enrol.ErrCode) {
		t.Errorf("a used code: %v", err)
	}
	late, err := o.NewCode(ctx, "p8", "ann", false)
	if err != nil {
		t.Fatal(err)
	}
	o.now = o.now.Add(enrol.CodeLife)
	if _, err := o.Enrol(ctx, late, request(t), "192.0.2.1"); !errors.Is(err, enrol.ErrCode) {
		t.Errorf("a late code: %v", err)
	}
	if o.documents.Holds(strings.ReplaceAll(code, "-", "")) {
		t.Error("the code itself is kept")
	}
}

func TestGuessingIsCutOff(t *testing.T) {
	o := newOffice(t)
	code, err := o.NewCode(t.Context(), "p8", "ann", false)
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if _, err := o.Enrol(t.Context(), "00000-00000", request(t), "198.51.100.9"); !errors.Is(err, enrol.ErrCode) {
			t.Fatal(err)
		}
	}
	if _, err := o.Enrol(t.Context(), code, request(t), "198.51.100.9"); !errors.Is(err, enrol.ErrTooMany) {
		t.Errorf("after five wrong codes: %v", err)
	}
	if _, err := o.Enrol(t.Context(), code, request(t), "192.0.2.1"); err != nil {
		t.Errorf("another source: %v", err)
	}
}

func TestOfTwoThatUseOneCodeOneGetsIn(t *testing.T) {
	o := newOffice(t)
	code, err := o.NewCode(t.Context(), "p8", "ann", false)
	if err != nil {
		t.Fatal(err)
	}
	var wins sync.Map
	var group sync.WaitGroup
	for i := range 4 {
		csr := request(t)
		group.Go(func() {
			if _, err := o.Enrol(context.Background(), code, csr, "192.0.2."+string(rune('1'+i))); err == nil {
				wins.Store(i, true)
			}
		})
	}
	group.Wait()
	count := 0
	wins.Range(func(any, any) bool { count++; return true })
	if count != 1 {
		t.Errorf("%d got in", count)
	}
}

func TestAConfirmedFingerprintOpens(t *testing.T) {
	o := newOffice(t)
	code, err := o.NewCode(t.Context(), "p8", "ann", true)
	if err != nil {
		t.Fatal(err)
	}
	issued, err := o.Enrol(t.Context(), code, request(t), "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	o.admits(t, issued, enrol.ErrWaiting)
	if err := o.Confirm(t.Context(), issued.Device.Fingerprint, "bob"); err != nil {
		t.Fatal(err)
	}
	o.admits(t, issued, nil)
	if spoken := enrol.SpokenFingerprint(issued.Device.Fingerprint); len(spoken) != 24 || !strings.HasPrefix(issued.Device.Fingerprint, spoken[:4]) {
		t.Errorf("spoken %q", spoken)
	}
}

func TestRotationLeavesExactlyOneIdentity(t *testing.T) {
	o := newOffice(t)
	old := o.enrol(t, "p8")
	o.admits(t, old, nil)
	csr := request(t)
	first, err := o.Renew(t.Context(), parse(t, old), csr, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	o.admits(t, old, nil) // the answer may be lost: the old one still works
	again, err := o.Renew(t.Context(), parse(t, old), csr, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	if again.Device.Fingerprint != first.Device.Fingerprint {
		t.Error("the same key got another name")
	}
	o.admits(t, again, nil)
	o.admits(t, old, enrol.ErrSuperseded)
	o.admits(t, again, nil)
	if len(o.lost) != 1 || o.lost[0] != old.Device.Fingerprint {
		t.Errorf("told of %v", o.lost)
	}
	if keys := o.Keys("p8"); len(keys) != 2 {
		t.Errorf("%d keys sign: batches under way are signed by the old one", len(keys))
	}
}

func TestRevocationIsFinalKnownToOthersAndTakesTheHeirsAlong(t *testing.T) {
	o := newOffice(t)
	other, err := enrol.OpenRegistry(t.Context(), o.authority, o.documents, func() time.Time { return o.now })
	if err != nil {
		t.Fatal(err)
	}
	stolen, kept := o.enrol(t, "p8"), o.enrol(t, "p9")
	if _, err := other.Admit(t.Context(), parse(t, stolen)); err != nil {
		t.Fatalf("a device that another program enrolled: %v", err)
	}
	if err := o.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	heir, err := o.Renew(t.Context(), parse(t, stolen), request(t), "203.0.113.5")
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	other.OnRevoked(func(d enrol.Device) { told = append(told, d.Fingerprint) })
	if err := o.Revoke(t.Context(), stolen.Device.Fingerprint, "ann", "box stolen"); err != nil {
		t.Fatal(err)
	}
	o.admits(t, stolen, enrol.ErrRevoked)
	o.admits(t, heir, enrol.ErrRevoked)
	o.admits(t, kept, nil)
	if err := other.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(told) != 1 || told[0] != stolen.Device.Fingerprint {
		t.Errorf("the other program was told of %v", told)
	}
	list, err := o.RevocationList()
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(list)
	parsed, err := x509.ParseRevocationList(block.Bytes)
	if err != nil || len(parsed.RevokedCertificateEntries) != 2 {
		t.Errorf("list: %v", err)
	}
}

func TestAnExpiredCertificateIsRefused(t *testing.T) {
	o := newOffice(t)
	issued := o.enrol(t, "p8")
	o.now = o.now.AddDate(1, 0, 1)
	o.admits(t, issued, enrol.ErrExpired)
}

func TestAnotherAuthoritysCertificateOpensNothing(t *testing.T) {
	o, stranger := newOffice(t), newOffice(t)
	o.admits(t, stranger.enrol(t, "p8"), enrol.ErrUnknownDevice)
}

func TestOnlyRequestsOfEd25519KeysAreSigned(t *testing.T) {
	o := newOffice(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	other, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		t.Fatal(err)
	}
	code, err := o.NewCode(t.Context(), "p8", "ann", false)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][]byte{nil, []byte("x"), other, make([]byte, 20<<10)} {
		if _, err := o.Enrol(t.Context(), code, bad, "192.0.2.1"); !errors.Is(err, enrol.ErrRequest) {
			t.Errorf("%d bytes: %v", len(bad), err)
		}
	}
	if _, err := o.Enrol(t.Context(), code, request(t), "192.0.2.1"); err != nil {
		t.Errorf("a bad request used the code up: %v", err)
	}
}

func TestTheAuthorityOutlivesARestartAndKeepsItsKeyToItself(t *testing.T) {
	dir, now := t.TempDir(), time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	first, err := enrol.OpenAuthority(dir, now)
	if err != nil {
		t.Fatal(err)
	}
	second, err := enrol.OpenAuthority(dir, now)
	if err != nil || string(first.PEM()) != string(second.PEM()) {
		t.Errorf("another authority after a restart: %v", err)
	}
	info, err := os.Stat(filepath.Join(dir, "authority.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file: %v %v", info.Mode(), err)
	}
	if err := os.WriteFile(filepath.Join(dir, "authority.key"), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := enrol.OpenAuthority(dir, now); err == nil {
		t.Error("a damaged key was replaced in silence")
	}
}
