package fact

// SpotType is what a spot is made for, and what a vehicle or a right asks for (FR-5).
type SpotType uint8

// The zero value means not known.
const (
	AnyType SpotType = iota
	Compact
	Regular
	Large
	EV
	Handicapped
)

var spotTypeText = []string{"any", "compact", "regular", "large", "ev", "handicapped"}

// SpotTypes lists the real types, in their fixed order.
func SpotTypes() []SpotType { return []SpotType{Compact, Regular, Large, EV, Handicapped} }

// String is the code of the type.
func (t SpotType) String() string { return textOf(spotTypeText, uint8(t)) }

// MarshalText makes JSON carry the code.
func (t SpotType) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the code; an unknown one is an error that lists the codes.
func (t *SpotType) UnmarshalText(text []byte) error {
	value, err := valueOf("spot type", spotTypeText, text)
	*t = SpotType(value)
	return err
}

// SpotStatus is the state of one spot as the lot knows it.
type SpotStatus uint8

// Held: given to a ticket whose car has not been seen there yet. Reserved: kept for a reservation. Maintenance:
// out of service. Unknown is never shown as free.
const (
	SpotUnknown SpotStatus = iota
	SpotAvailable
	SpotOccupied
	SpotReserved
	SpotHeld
	SpotMaintenance
)

var spotStatusText = []string{"unknown", "available", "occupied", "reserved", "held", "maintenance"}

// String is the code of the status.
func (s SpotStatus) String() string { return textOf(spotStatusText, uint8(s)) }

// MarshalText makes JSON carry the code.
func (s SpotStatus) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the code.
func (s *SpotStatus) UnmarshalText(text []byte) error {
	value, err := valueOf("spot status", spotStatusText, text)
	*s = SpotStatus(value)
	return err
}

// Direction is the way a vehicle goes through a gate.
type Direction uint8

// The directions; a gate that serves both has none of its own.
const (
	DirectionUnknown Direction = iota
	Inward
	Outward
)

var directionText = []string{"unknown", "in", "out"}

// String is the code of the direction.
func (d Direction) String() string { return textOf(directionText, uint8(d)) }

// MarshalText makes JSON carry the code.
func (d Direction) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the code.
func (d *Direction) UnmarshalText(text []byte) error {
	value, err := valueOf("direction", directionText, text)
	*d = Direction(value)
	return err
}

// CredentialKind is what a driver showed.
type CredentialKind uint8

// The credentials (APDS: CredentialTypeEnum).
const (
	CredentialNone CredentialKind = iota
	CredentialPlate
	CredentialTicket      // paper or screen ticket, by its QR code
	CredentialCard        // RFID card of a pass
	CredentialReservation // reservation QR code
)

var credentialText = []string{"none", "plate", "ticket", "card", "reservation"}

// String is the code of the kind.
func (k CredentialKind) String() string { return textOf(credentialText, uint8(k)) }

// MarshalText makes JSON carry the code.
func (k CredentialKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads the code.
func (k *CredentialKind) UnmarshalText(text []byte) error {
	value, err := valueOf("credential", credentialText, text)
	*k = CredentialKind(value)
	return err
}

// PaymentMethod is the tender of a payment.
type PaymentMethod uint8

// The methods; the source design's three and cash.
const (
	MethodUnknown PaymentMethod = iota
	MethodCreditCard
	MethodMobilePay
	MethodMonthlyPass
	MethodCash
)

var methodText = []string{"unknown", "credit_card", "mobile_pay", "monthly_pass", "cash"}

// String is the code of the method.
func (m PaymentMethod) String() string { return textOf(methodText, uint8(m)) }

// MarshalText makes JSON carry the code.
func (m PaymentMethod) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads the code.
func (m *PaymentMethod) UnmarshalText(text []byte) error {
	value, err := valueOf("payment method", methodText, text)
	*m = PaymentMethod(value)
	return err
}

// Degraded is the set of things that were broken when a decision was taken ("decidedWith").
type Degraded uint16

// One bit for each thing that a decision can do without.
const (
	WithoutCamera Degraded = 1 << iota
	WithoutPrinter
	WithoutDisplay
	WithoutTerminal
	WithoutSpotSensors
	WithoutClock
	WithoutDisk
	WithoutLoops
)

var degradedText = []string{"no_camera", "no_printer", "no_display", "no_terminal", "no_spot_sensors", "no_clock", "no_disk", "no_loops"}

// Codes lists what was broken.
func (d Degraded) Codes() []string {
	codes := []string{}
	for bit, code := range degradedText {
		if d&(1<<bit) != 0 {
			codes = append(codes, code)
		}
	}
	return codes
}
