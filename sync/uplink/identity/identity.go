package identity

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"gatehouse/sync/durable"
	"gatehouse/sync/policy"
)

// ErrNone says that there is no identity: lotctl enrol makes one.
var ErrNone = errors.New("identity: this gateway is not enrolled; make a code at headquarters, and run lotctl enrol")

// Headquarters is what headquarters said of itself at the enrolment.
type Headquarters struct {
	Location  string `json:"location"`
	Chain     string `json:"chain"`
	URL       string `json:"url"`       // of enrolment and renewal
	Broker    string `json:"broker"`    // of sync
	Authority string `json:"authority"` // PEM
	Key       []byte `json:"key"`       // Ed25519: signs acknowledgements, documents and commands
}

// Identity is one gateway's. It signs with the key that is in use.
type Identity struct {
	dir string
	hq  Headquarters

	mu          sync.Mutex
	certificate tls.Certificate // with its key
}

const (
	deviceName       = "device.pem"
	headquartersName = "headquarters.json"
)

// Open reads the identity in a folder. Errors: ErrNone, or what is wrong with it.
func Open(dir string) (*Identity, error) {
	i := &Identity{dir: dir}
	text, err := os.ReadFile(filepath.Join(dir, headquartersName))
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	if err := json.Unmarshal(text, &i.hq); err != nil || len(i.hq.Key) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("identity: %s is damaged; enrol again: %w", headquartersName, err)
	}
	device, err := os.ReadFile(filepath.Join(dir, deviceName))
	if err != nil {
		return nil, fmt.Errorf("identity: %w; enrol again", err)
	}
	if i.certificate, err = parseDevice(device); err != nil {
		return nil, err
	}
	return i, nil
}

func parseDevice(text []byte) (tls.Certificate, error) {
	pair, err := tls.X509KeyPair(text, text)
	if err != nil {
		return pair, fmt.Errorf("identity: %s is damaged; enrol again: %w", deviceName, err)
	}
	if _, is := pair.PrivateKey.(ed25519.PrivateKey); !is {
		return pair, fmt.Errorf("identity: %s holds no Ed25519 key; enrol again", deviceName)
	}
	return pair, nil
}

// Headquarters is what was said at the enrolment.
func (i *Identity) Headquarters() Headquarters { return i.hq }

// Keys are headquarters'.
func (i *Identity) Keys() policy.Keys { return policy.Keys{ed25519.PublicKey(i.hq.Key)} }

// Public is the public key in use.
func (i *Identity) Public() ed25519.PublicKey {
	return i.current().PrivateKey.(ed25519.PrivateKey).Public().(ed25519.PublicKey)
}

// Sign signs with the key in use.
func (i *Identity) Sign(message []byte) ([]byte, error) {
	return ed25519.Sign(i.current().PrivateKey.(ed25519.PrivateKey), message), nil
}

// Expires is when the certificate stops to open anything.
func (i *Identity) Expires() time.Time { return i.current().Leaf.NotAfter }

func (i *Identity) current() tls.Certificate {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.certificate
}

// TLS shows the certificate in use at each connection, and believes headquarters' authority alone.
func (i *Identity) TLS() *tls.Config {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(i.hq.Authority))
	return &tls.Config{
		MinVersion: tls.VersionTLS13, RootCAs: pool,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			certificate := i.current()
			return &certificate, nil
		},
	}
}

// Fingerprint is a key's as two people compare it: the first 80 bits of its SHA-256 in five groups.
func Fingerprint(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	text := hex.EncodeToString(sum[:10])
	groups := make([]string, 0, 5)
	for at := 0; at < len(text); at += 4 {
		groups = append(groups, text[at:at+4])
	}
	return strings.Join(groups, " ")
}

// newKey makes a key and the request for its certificate.
func newKey() (key ed25519.PrivateKey, request []byte, err error) {
	if _, key, err = ed25519.GenerateKey(rand.Reader); err != nil {
		return nil, nil, err
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	return key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}), err
}

// devicePEM is the content of the device's file, checked.
func devicePEM(key ed25519.PrivateKey, certificate string) ([]byte, tls.Certificate, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, tls.Certificate{}, err
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), certificate...)
	pair, err := parseDevice(text)
	return text, pair, err
}

// replace writes a file that only its owner reads.
func replace(path string, data []byte) error {
	if err := durable.Replace(path, data, 0o600); err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	return nil
}
