package enrol

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"gatehouse/sync/durable"
)

const (
	authorityYears = 20
	serverDays     = 90
	// backdate makes certificates good on machines whose clocks are a little late.
	backdate = 24 * time.Hour
	serials  = 127 // bits of a serial number, of 160 that are allowed

	keyFile         = "authority.key"
	certificateFile = "authority.crt"
)

// Authority signs certificates. It is safe for use by many goroutines.
type Authority struct {
	key         crypto.Signer
	certificate *x509.Certificate

	mu     sync.Mutex
	server *tls.Certificate // the last one made
}

// OpenAuthority reads the authority in a folder, or makes one there if the folder has none.
func OpenAuthority(dir string, now time.Time) (*Authority, error) {
	key, err := os.ReadFile(filepath.Join(dir, keyFile))
	if errors.Is(err, os.ErrNotExist) {
		if err := createAuthority(dir, now); err != nil {
			return nil, fmt.Errorf("enrol: make an authority in %s: %w", dir, err)
		}
		key, err = os.ReadFile(filepath.Join(dir, keyFile))
	}
	if err != nil {
		return nil, fmt.Errorf("enrol: %w", err)
	}
	certificate, err := os.ReadFile(filepath.Join(dir, certificateFile))
	if err != nil {
		return nil, fmt.Errorf("enrol: the key has lost its certificate; restore both from the backup: %w", err)
	}
	return parseAuthority(key, certificate)
}

func parseAuthority(keyPEM, certificatePEM []byte) (*Authority, error) {
	pair, err := tls.X509KeyPair(certificatePEM, keyPEM)
	if err != nil {
		return nil, fmt.Errorf("enrol: %s and %s don't belong together or are damaged; restore both from the backup: %w", keyFile, certificateFile, err)
	}
	return &Authority{key: pair.PrivateKey.(crypto.Signer), certificate: pair.Leaf}, nil
}

// createAuthority writes the certificate first: a key without one would be an authority that nobody knows.
func createAuthority(dir string, now time.Time) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: newSerial(), Subject: pkix.Name{CommonName: "Gatehouse headquarters"},
		NotBefore: now.Add(-backdate), NotAfter: now.AddDate(authorityYears, 0, 0),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := durable.Replace(filepath.Join(dir, certificateFile), encodePEM("CERTIFICATE", certificate), 0o644); err != nil {
		return err
	}
	return durable.Replace(filepath.Join(dir, keyFile), encodePEM("PRIVATE KEY", keyDER), 0o600)
}

func encodePEM(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func newSerial() *big.Int {
	serial, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), serials)) // its reader never fails
	return serial.Add(serial, big.NewInt(1))
}

// PEM is the authority's own certificate, which gateways and brokers trust.
func (a *Authority) PEM() []byte { return encodePEM("CERTIFICATE", a.certificate.Raw) }

// Pool trusts this authority alone.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// sign makes a certificate of a public key.
func (a *Authority) sign(public crypto.PublicKey, template *x509.Certificate) (*x509.Certificate, error) {
	template.SerialNumber = newSerial()
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.BasicConstraintsValid = true
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, public, a.key)
	if err != nil {
		return nil, fmt.Errorf("enrol: sign %s: %w", template.Subject.CommonName, err)
	}
	return x509.ParseCertificate(der)
}

// ServerTLS is the configuration of a listener of headquarters that asks for client certificates of this authority.
// The server's certificate is for the given host names and addresses, and is renewed in time.
func (a *Authority) ServerTLS(hosts []string, now func() time.Time) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		ClientCAs:  a.Pool(),
		ClientAuth: tls.RequireAndVerifyClientCert,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return a.serverCertificate(hosts, now())
		},
	}
}

func (a *Authority) serverCertificate(hosts []string, now time.Time) (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.server != nil && now.Before(a.server.Leaf.NotAfter.AddDate(0, 0, -serverDays/3)) {
		return a.server, nil
	}
	template := &x509.Certificate{
		Subject:   pkix.Name{CommonName: brokerName},
		NotBefore: now.Add(-backdate), NotAfter: now.AddDate(0, 0, serverDays),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}, // brokers dial each other
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	made, err := a.pair(template)
	if err != nil {
		return nil, err
	}
	a.server = made
	return made, nil
}

// pair makes a key and its certificate, for use in this process.
func (a *Authority) pair(template *x509.Certificate) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	leaf, err := a.sign(key.Public(), template)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{leaf.Raw, a.certificate.Raw}, PrivateKey: key, Leaf: leaf}, nil
}

// headquartersName is the common name of headquarters' own programs; no location can be called so, because of the blank.
const headquartersName = "gatehouse headquarters"

// brokerName is the common name of its brokers.
const brokerName = "Gatehouse broker"

// HeadquartersTLS is how headquarters' own programs connect to its broker: a certificate that lives in memory.
func (a *Authority) HeadquartersTLS(now func() time.Time) *tls.Config {
	var mu sync.Mutex
	var last *tls.Certificate
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		RootCAs:    a.Pool(),
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			mu.Lock()
			defer mu.Unlock()
			at := now()
			if last != nil && at.Before(last.Leaf.NotAfter.AddDate(0, 0, -serverDays/3)) {
				return last, nil
			}
			made, err := a.pair(&x509.Certificate{
				Subject:   pkix.Name{CommonName: headquartersName},
				NotBefore: at.Add(-backdate), NotAfter: at.AddDate(0, 0, serverDays),
				ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
			})
			if err == nil {
				last = made
			}
			return made, err
		},
	}
}

// ClusterTLS is for brokers that dial each other, under the names by which they do: none but headquarters' own programs
// pass, though the authority signs gateways' certificates too.
func (a *Authority) ClusterTLS(hosts []string, now func() time.Time) *tls.Config {
	config := a.ServerTLS(hosts, now)
	config.RootCAs, config.GetClientCertificate = a.Pool(), a.HeadquartersTLS(now).GetClientCertificate
	config.VerifyConnection = func(peer tls.ConnectionState) error {
		if len(peer.PeerCertificates) == 0 {
			return errNotOurs
		}
		name := peer.PeerCertificates[0].Subject
		if name.CommonName != brokerName && name.CommonName != headquartersName || len(name.OrganizationalUnit) > 0 {
			return errNotOurs
		}
		return nil
	}
	return config
}

var errNotOurs = errors.New("enrol: the peer is none of headquarters' own programs")

// IsHeadquarters reports whether a certificate is one of HeadquartersTLS. The caller has verified its chain.
func IsHeadquarters(certificate *x509.Certificate) bool {
	return certificate.Subject.CommonName == headquartersName && len(certificate.Subject.OrganizationalUnit) == 0
}

// issuedBy reports whether the authority signed a certificate.
func (a *Authority) issuedBy(certificate *x509.Certificate) bool {
	return bytes.Equal(certificate.RawIssuer, a.certificate.RawSubject) && certificate.CheckSignatureFrom(a.certificate) == nil
}
