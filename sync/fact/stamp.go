package fact

// Trust says how far the wall clock was known to be right when a stamp was taken.
type Trust uint8

// A board without a battery clock boots in the past: its first facts are ClockUnset until something sets it.
const (
	ClockUnset  Trust = iota // never set in this boot: wall time may be years off
	ClockHeld                // carried over a restart by a battery clock or the last durable stamp
	ClockSynced              // disciplined by a time server or the cloud
)

// String is the code of the trust, as the API prints it.
func (t Trust) String() string { return textOf(trustText, uint8(t)) }

// MarshalText makes JSON carry the code.
func (t Trust) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the code.
func (t *Trust) UnmarshalText(text []byte) error {
	value, err := valueOf("clock trust", trustText, text)
	*t = Trust(value)
	return err
}

var trustText = []string{"unset", "held", "synced"}

// Stamp is one instant as the gateway knew it. WallMS may jump when the clock is set; MonoMS never does, but
// means something only within one Boot; HLC only grows, over restarts too, and orders what one gateway did.
type Stamp struct {
	WallMS int64  `cbor:"1,keyasint,omitempty"` // Unix milliseconds, UTC
	MonoMS int64  `cbor:"2,keyasint,omitempty"` // milliseconds since the boot
	Boot   uint64 `cbor:"3,keyasint,omitempty"` // the incarnation in which MonoMS counts
	HLC    uint64 `cbor:"4,keyasint,omitempty"` // 48-bit milliseconds, 16-bit counter
	Trust  Trust  `cbor:"5,keyasint,omitempty"`
}

// IsZero reports whether the stamp was never set.
func (s Stamp) IsZero() bool { return s == Stamp{} }

// SinceMS is the time from an earlier stamp to s in milliseconds, never negative. It is exact within a boot;
// over a restart it is the difference of wall times, as good as the worse of the two clocks.
func (s Stamp) SinceMS(earlier Stamp) (elapsedMS int64, exact bool) {
	if s.Boot == earlier.Boot && s.Boot != 0 {
		return max(0, s.MonoMS-earlier.MonoMS), true
	}
	return max(0, s.WallMS-earlier.WallMS), s.Trust == ClockSynced && earlier.Trust == ClockSynced
}

// Clock turns readings of the machine's clocks into stamps whose HLC only grows. The zero Clock is ready; set
// Boot first. It does not read any clock itself.
type Clock struct {
	Boot uint64
	hlc  uint64
}

// Resume makes all later stamps follow the last one known from before.
func (c *Clock) Resume(last Stamp) { c.hlc = max(c.hlc, last.HLC) }

// At is the stamp of the given clock readings.
func (c *Clock) At(wallMS, monoMS int64, trust Trust) Stamp {
	c.hlc = max(c.hlc+1, uint64(max(0, wallMS))<<16)
	return Stamp{WallMS: wallMS, MonoMS: monoMS, Boot: c.Boot, HLC: c.hlc, Trust: trust}
}
