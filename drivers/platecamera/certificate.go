package platecamera

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"gatehouse/drivers"
)

// The faults of a camera's certificate. Their errors name the fingerprint that was seen.
var (
	ErrUnknownCertificate = errors.New("nobody that this machine knows has signed its certificate")
	ErrOtherCertificate   = errors.New("it has another certificate than certificate_sha256 says")
)

// pin is the SHA-256 of the one certificate with which a camera is believed, whatever stands in it; nil: any that is signed by
// an authority that the machine knows.
type pin []byte

// readPin reads 64 hex digits, with or without colons.
func readPin(text, address string) (pin, error) {
	if text == "" {
		return nil, nil
	}
	digits, err := hex.DecodeString(strings.ReplaceAll(text, ":", ""))
	if err != nil || len(digits) != sha256.Size {
		return nil, fmt.Errorf("%w: certificate_sha256 = %q: write the 64 hex digits that the fault of a camera without it names", drivers.ErrSettings, text)
	}
	if !strings.HasPrefix(address, "https://") {
		return nil, fmt.Errorf("%w: certificate_sha256: there is no certificate at address = %q: write an address that begins with https://", drivers.ErrSettings, address)
	}
	return digits, nil
}

// config is how the camera is spoken to; nil is as usual.
func (p pin) config() *tls.Config {
	if p == nil {
		return nil
	}
	return &tls.Config{
		InsecureSkipVerify: true, // in place of an authority's word, the certificate itself is compared:
		VerifyConnection: func(state tls.ConnectionState) error {
			if seen := fingerprint(state.PeerCertificates[0].Raw); seen != hex.EncodeToString(p) {
				return fmt.Errorf("%w: if it was reset, updated or exchanged, write certificate_sha256 = %q; if not, somebody stands "+
					"between it and the gateway", ErrOtherCertificate, seen)
			}
			return nil
		},
	}
}

func fingerprint(certificate []byte) string {
	sum := sha256.Sum256(certificate)
	return hex.EncodeToString(sum[:])
}

// unbelieved says what to write if the certificate was not believed, as that of nearly every camera is not; else it is err.
func unbelieved(err error) error {
	var refused *tls.CertificateVerificationError
	if !errors.As(err, &refused) || len(refused.UnverifiedCertificates) == 0 {
		return err
	}
	seen := fingerprint(refused.UnverifiedCertificates[0].Raw)
	return fmt.Errorf("%w (%w): if it is the camera's own, which its page or its cable alone can tell, write certificate_sha256 = %q "+
		"into the device's settings", ErrUnknownCertificate, refused.Err, seen)
}
