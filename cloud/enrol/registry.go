package enrol

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/cloud/documents"
)

// deviceDays is how long a gateway's certificate is good; gateways renew theirs when a third is left.
const deviceDays = 365

// unitGateway marks the certificates of gateways.
const unitGateway = "gateway"

// Errors of Admit and of the changes of devices.
var (
	ErrUnknownDevice = errors.New("enrol: no such device")
	ErrRevoked       = errors.New("enrol: this device was revoked")
	ErrSuperseded    = errors.New("enrol: this certificate was replaced by a newer one")
	ErrWaiting       = errors.New("enrol: an operator has not confirmed this device's fingerprint yet")
	ErrExpired       = errors.New("enrol: this certificate has expired; enrol the gateway again")
	ErrBusy          = errors.New("enrol: somebody else changed this device in the same moment; try again")
)

// Registry knows all devices. It is safe for use by many goroutines.
type Registry struct {
	authority *Authority
	documents documents.Store
	now       func() time.Time
	guesses   limiter

	changes atomic.Int64

	mu        sync.RWMutex
	devices   map[string]Device   // by fingerprint
	of        map[string][]string // fingerprints by location
	onRevoked []func(Device)
}

type limiter struct {
	mu      sync.Mutex
	guesses guesses
}

// OpenRegistry reads all devices.
func OpenRegistry(ctx context.Context, a *Authority, d documents.Store, now func() time.Time) (*Registry, error) {
	r := &Registry{authority: a, documents: d, now: now, devices: map[string]Device{}, of: map[string][]string{}}
	return r, r.Refresh(ctx)
}

// OnRevoked has somebody told of every device that loses its right: revoked, or replaced. The function is called
// without any lock, and not twice for one device by one registry.
func (r *Registry) OnRevoked(tell func(Device)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.onRevoked = append(r.onRevoked, tell)
}

// Refresh takes over what other programs that share the documents have changed.
func (r *Registry) Refresh(ctx context.Context) error {
	fresh := map[string]Device{}
	err := r.documents.EachDocument(ctx, kindDevice, func(_, key string, revision int64, value []byte) error {
		var d Device
		if err := json.Unmarshal(value, &d); err != nil {
			return fmt.Errorf("enrol: device %s: %w", key, err)
		}
		d.revision = revision
		fresh[key] = d
		return nil
	})
	if err != nil {
		return err
	}
	var lost []Device
	r.mu.Lock()
	for key, d := range fresh {
		if before, known := r.devices[key]; !known || before.revision < d.revision {
			if known && before.State.opens() && !d.State.opens() {
				lost = append(lost, d)
			}
			r.keep(d)
		}
	}
	r.mu.Unlock()
	for _, d := range lost {
		r.tell(d)
	}
	return nil
}

// keep takes a device's newest state, for whoever holds mu.
func (r *Registry) keep(d Device) {
	if _, known := r.devices[d.Fingerprint]; !known {
		r.of[d.Location] = append(r.of[d.Location], d.Fingerprint)
	}
	r.devices[d.Fingerprint] = d
	r.changes.Add(1)
}

func (s State) opens() bool { return s == StateActive || s == StateWaiting }

func (s State) signs() bool { return s == StateActive || s == StateSuperseded }

func (r *Registry) tell(d Device) {
	r.mu.RLock()
	listeners := slices.Clone(r.onRevoked)
	r.mu.RUnlock()
	for _, tell := range listeners {
		tell(d)
	}
}

// change writes a device's next state durably and then makes it the one that counts.
func (r *Registry) change(ctx context.Context, d Device) error {
	value, err := json.Marshal(d)
	if err != nil {
		return err
	}
	done, err := r.documents.PutDocument(ctx, d.Location, kindDevice, d.Fingerprint, d.revision, value)
	if err != nil {
		return fmt.Errorf("enrol: %w", err)
	}
	if !done {
		if err := r.Refresh(ctx); err != nil {
			return err
		}
		return ErrBusy
	}
	d.revision++
	r.mu.Lock()
	before, known := r.devices[d.Fingerprint]
	r.keep(d)
	r.mu.Unlock()
	if known && before.State.opens() && !d.State.opens() {
		r.tell(d)
	}
	return nil
}

// Issued is what a gateway gets: all in PEM.
type Issued struct {
	Certificate []byte
	Authority   []byte
	Device      Device
}

// Enrol turns a code and a signing request (PEM or DER) into a certificate. Source names where the request came from.
func (r *Registry) Enrol(ctx context.Context, codeText string, request []byte, source string) (Issued, error) {
	public, err := parseRequest(request)
	if err != nil {
		return Issued{}, err
	}
	if _, known := r.Device(Fingerprint(public)); known {
		return Issued{}, fmt.Errorf("%w: this key is enrolled already; make a new one", ErrRequest)
	}
	c, err := r.takeCode(ctx, codeText, source)
	if err != nil {
		return Issued{}, err
	}
	d := Device{Location: c.Location, State: StateActive, EnrolledBy: c.Actor, Source: source}
	if c.Confirm {
		d.State = StateWaiting
	}
	return r.issue(ctx, public, d)
}

// Renew gives the holder of a certificate that is still good a new one for a new key.
func (r *Registry) Renew(ctx context.Context, current *x509.Certificate, request []byte, source string) (Issued, error) {
	holder, err := r.Admit(ctx, current)
	if err != nil {
		return Issued{}, err
	}
	public, err := parseRequest(request)
	if err != nil {
		return Issued{}, err
	}
	if known, found := r.Device(Fingerprint(public)); found {
		if known.Replaces != holder.Fingerprint {
			return Issued{}, fmt.Errorf("%w: this key is enrolled already; make a new one", ErrRequest)
		}
		// The first answer was lost: the same key gets a certificate again.
		return r.issue(ctx, public, known)
	}
	return r.issue(ctx, public, Device{
		Location: holder.Location, State: StateActive, EnrolledBy: holder.EnrolledBy, Source: source, Replaces: holder.Fingerprint,
	})
}

func parseRequest(request []byte) (ed25519.PublicKey, error) {
	if block, _ := pem.Decode(request); block != nil {
		request = block.Bytes
	}
	if len(request) > 16<<10 {
		return nil, ErrRequest
	}
	parsed, err := x509.ParseCertificateRequest(request)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	public, ok := parsed.PublicKey.(ed25519.PublicKey)
	if !ok || parsed.CheckSignature() != nil {
		return nil, ErrRequest
	}
	return public, nil
}

func (r *Registry) issue(ctx context.Context, public ed25519.PublicKey, d Device) (Issued, error) {
	now := r.now()
	certificate, err := r.authority.sign(public, &x509.Certificate{
		Subject:   pkix.Name{CommonName: d.Location, OrganizationalUnit: []string{unitGateway}},
		NotBefore: now.Add(-backdate), NotAfter: now.AddDate(0, 0, deviceDays),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if err != nil {
		return Issued{}, err
	}
	d.Fingerprint, d.PublicKey = Fingerprint(public), public
	d.Serial, d.NotAfter, d.EnrolledAt = certificate.SerialNumber.Text(16), certificate.NotAfter, now
	if err := r.change(ctx, d); err != nil {
		return Issued{}, err
	}
	return Issued{Certificate: encodePEM("CERTIFICATE", certificate.Raw), Authority: r.authority.PEM(), Device: d}, nil
}

// Admit says which device a certificate belongs to, or why it opens nothing. The first use of a renewed certificate
// retires the one it replaces.
func (r *Registry) Admit(ctx context.Context, certificate *x509.Certificate) (Device, error) {
	fingerprint, ok := FingerprintOf(certificate)
	if !ok || !r.authority.issuedBy(certificate) {
		return Device{}, ErrUnknownDevice
	}
	d, known := r.Device(fingerprint)
	if !known {
		if err := r.Refresh(ctx); err != nil {
			return Device{}, err
		}
		d, known = r.Device(fingerprint)
	}
	switch {
	case !known || d.Location != certificate.Subject.CommonName:
		return Device{}, ErrUnknownDevice
	case d.State == StateRevoked:
		return d, ErrRevoked
	case d.State == StateSuperseded:
		return d, ErrSuperseded
	case d.State == StateWaiting:
		return d, ErrWaiting
	case r.now().After(certificate.NotAfter):
		return d, ErrExpired
	}
	if d.FirstUsedAt.IsZero() {
		return r.firstUse(ctx, d)
	}
	return d, nil
}

func (r *Registry) firstUse(ctx context.Context, d Device) (Device, error) {
	if old, found := r.Device(d.Replaces); found && old.State.opens() {
		old.State = StateSuperseded
		if err := r.change(ctx, old); err != nil {
			return d, err
		}
	}
	d.FirstUsedAt = r.now()
	if err := r.change(ctx, d); err != nil && !errors.Is(err, ErrBusy) {
		return d, err
	}
	return d, nil
}

// Confirm lets a waiting device in.
func (r *Registry) Confirm(ctx context.Context, fingerprint, actor string) error {
	d, known := r.Device(fingerprint)
	switch {
	case !known:
		return ErrUnknownDevice
	case d.State != StateWaiting:
		return fmt.Errorf("enrol: device %s is %s, it doesn't wait", SpokenFingerprint(fingerprint), d.State)
	}
	d.State = StateActive
	d.Reason = "confirmed by " + actor
	return r.change(ctx, d)
}

// Revoke takes a device's right away for good, and its successors' that it asked for and never used.
func (r *Registry) Revoke(ctx context.Context, fingerprint, actor, reason string) error {
	d, known := r.Device(fingerprint)
	if !known {
		return ErrUnknownDevice
	}
	if d.State != StateRevoked {
		d.State, d.RevokedAt, d.RevokedBy, d.Reason = StateRevoked, r.now(), actor, reason
		if err := r.change(ctx, d); err != nil {
			return err
		}
	}
	for _, heir := range r.Devices() {
		if heir.Replaces == fingerprint && heir.FirstUsedAt.IsZero() && heir.State != StateRevoked {
			if err := r.Revoke(ctx, heir.Fingerprint, actor, reason); err != nil {
				return err
			}
		}
	}
	return nil
}

// Device finds a device by its key's fingerprint.
func (r *Registry) Device(fingerprint string) (Device, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	d, known := r.devices[fingerprint]
	return d, known
}

// Devices lists all, by location and age.
func (r *Registry) Devices() []Device {
	r.mu.RLock()
	all := slices.Collect(maps.Values(r.devices))
	r.mu.RUnlock()
	slices.SortFunc(all, func(a, b Device) int {
		return cmp.Or(cmp.Compare(a.Location, b.Location), a.EnrolledAt.Compare(b.EnrolledAt), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
	return all
}

// Keys are the public keys that may sign a location's batches now: of its active devices, and of superseded ones, whose
// batches from before may still be under way.
func (r *Registry) Keys(location string) []ed25519.PublicKey {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var keys []ed25519.PublicKey
	for _, fingerprint := range r.of[location] {
		if d := r.devices[fingerprint]; d.State.signs() {
			keys = append(keys, d.PublicKey)
		}
	}
	return keys
}

// Speaks reports whether a location has any of Keys. It is asked of every message, whatever name that came under.
func (r *Registry) Speaks(location string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.ContainsFunc(r.of[location], func(fingerprint string) bool { return r.devices[fingerprint].State.signs() })
}

// Changes rises whenever any device changes: who keeps Keys asks again when it has.
func (r *Registry) Changes() int64 { return r.changes.Load() }

// RevocationList is a signed list (PEM) of all certificates that lost their right, for brokers that aren't ours. Its
// number rises with every change.
func (r *Registry) RevocationList() ([]byte, error) {
	list := &x509.RevocationList{ThisUpdate: r.now(), NextUpdate: r.now().AddDate(0, 0, 7)}
	number := int64(0)
	for _, d := range r.Devices() {
		number += d.revision
		if serial, ok := new(big.Int).SetString(d.Serial, 16); ok && !d.State.opens() {
			list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, x509.RevocationListEntry{
				SerialNumber: serial, RevocationTime: cmp.Or(d.RevokedAt, d.FirstUsedAt, d.EnrolledAt),
			})
		}
	}
	list.Number = big.NewInt(number)
	der, err := x509.CreateRevocationList(rand.Reader, list, r.authority.certificate, r.authority.key)
	if err != nil {
		return nil, fmt.Errorf("enrol: %w", err)
	}
	return encodePEM("X509 CRL", der), nil
}
