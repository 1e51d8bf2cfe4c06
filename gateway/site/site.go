package site

import (
	"crypto/sha256"
	"encoding/hex"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

// Site is a location's file, checked.
type Site struct {
	Lot     *lot.Config
	Board   string
	Listen  string // address of the HTTP server
	Sync    Sync
	Record  Record
	Tokens  []rest.Token
	Devices []Device
	Brokers []Broker
	Digest  string   // of the file, for fact.GatewayStarted
	tariffs [][]byte // the files of the tariffs that it names
	// Warnings are what is allowed and probably not meant.
	Warnings []string

	source source
}

// Sync is how the location reaches headquarters. What is empty is as headquarters said at the enrolment (lotctl enrol).
type Sync struct {
	Enabled  bool
	Broker   string // tls://host:8883
	Chain    string // the name of the chain in topics
	Identity string // the folder of key and certificate; relative to the data folder
	CA       string // the authority of a broker that isn't headquarters' own (PEM file)
	// TrustBroker does without an identity, for a trial on a network of one's own: whoever holds the broker is believed.
	TrustBroker bool
}

// Record says which raw readings of sensors are kept, and where. The zero Record keeps none.
type Record struct {
	Enabled  bool
	Dir      string // below the data folder
	MaxBytes int64
	Spots    []int32 // indexes into the lot's spots
}

// Broker is an MQTT broker that devices report to, or are shown things through.
type Broker struct {
	Name     string
	URL      string // tcp://host:1883 or tls://host:8883
	Username string
	Password string
	CA       string // PEM file of the authority that signed its certificate; empty: the machine's authorities
}

// Device is one device of the location and what it serves.
type Device struct {
	ID       fact.DeviceID
	Driver   string
	Use      Use
	Gate     int // index into the lot's gates; -1: none
	Floor    int // index into the lot's floors; -1: none
	Spots    []int32
	Settings map[string]any
	// Key is the SHA-256 of what a device that pushes over HTTP must show; nil: it may push from this machine only.
	Key []byte
}

// Use is what a device is for.
type Use string

// The uses, as written in the file's `role`.
const (
	UseArmingLoop   Use = "arming_loop"
	UseClosingLoop  Use = "closing_loop"
	UseArmUp        Use = "arm_up"
	UseArmDown      Use = "arm_down"
	UseBarrier      Use = "barrier"
	UseCamera       Use = "camera"
	UseColumn       Use = "column"
	UseDisplay      Use = "display"
	UseTerminal     Use = "terminal"
	UseFire         Use = "fire"
	UseStop         Use = "stop"
	UseSensor       Use = "sensor"
	UseSecondSensor Use = "second_sensor"
	UseSign         Use = "sign"
	UseReader       Use = "reader"
	UsePrinter      Use = "printer"
	UseLight        Use = "light"
	UseMonitor      Use = "monitor"
)

// Uses lists all uses, in the order in which they are documented.
func Uses() []Use {
	return []Use{
		UseArmingLoop, UseClosingLoop, UseArmUp, UseArmDown, UseBarrier, UseCamera, UseColumn, UseDisplay,
		UseTerminal, UseFire, UseStop, UseSensor, UseSecondSensor, UseSign, UseReader, UsePrinter, UseLight, UseMonitor,
	}
}

// HashToken is what the file keeps of a token.
func HashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
