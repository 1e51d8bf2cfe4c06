package fact

// GatewayStarted is the first fact of each incarnation. It names the parent, so that a fork (a restored card)
// or a clone is seen by whoever holds both.
type GatewayStarted struct {
	Location   LocationID  `cbor:"1,keyasint,omitempty"`
	Parent     Incarnation `cbor:"2,keyasint,omitempty"` // 0: the first ever
	ParentSeq  uint64      `cbor:"3,keyasint,omitempty"`
	ParentHash [32]byte    `cbor:"4,keyasint"` // chain hash after the parent's last fact
	Cause      string      `cbor:"5,keyasint,omitempty"`
	Version    string      `cbor:"6,keyasint,omitempty"`
	SiteDigest string      `cbor:"7,keyasint,omitempty"`
}

// ClockChanged records that the wall clock was set or its trust changed. Facts of the same boot made before it
// are StepMS off; open tickets are re-dated by it, visibly.
type ClockChanged struct {
	From   Trust `cbor:"1,keyasint,omitempty"`
	To     Trust `cbor:"2,keyasint,omitempty"`
	StepMS int64 `cbor:"3,keyasint,omitempty"` // new wall time minus old wall time
}

// LogDamaged declares a range of the log that can't be read, by positions in the log.
type LogDamaged struct {
	First uint64 `cbor:"1,keyasint,omitempty"`
	Last  uint64 `cbor:"2,keyasint,omitempty"`
}

// CommitsLate records that the disk stalled: effects of the named facts left before the facts were durable.
type CommitsLate struct {
	FirstSeq uint64 `cbor:"1,keyasint,omitempty"`
	LastSeq  uint64 `cbor:"2,keyasint,omitempty"`
	StallMS  int64  `cbor:"3,keyasint,omitempty"`
}

// RequestHandled ties an API client's idempotency key to what the request led to: a repetition with the same
// digest gets the same answer, with another digest it is an error.
type RequestHandled struct {
	Key         RequestKey    `cbor:"1,keyasint,omitempty"`
	Digest      [16]byte      `cbor:"2,keyasint"`
	Code        Reason        `cbor:"3,keyasint,omitempty"`
	Ticket      TicketID      `cbor:"4,keyasint,omitempty"`
	Reservation ReservationID `cbor:"5,keyasint,omitempty"`
	Payment     PaymentID     `cbor:"6,keyasint,omitempty"`
	Granted     bool          `cbor:"7,keyasint,omitempty"`
	FeeMinor    int64         `cbor:"8,keyasint,omitempty"` // what was due, where the answer says so
}

// Kind numbers the fact.
func (GatewayStarted) Kind() Kind { return KindGatewayStarted }

// Kind numbers the fact.
func (ClockChanged) Kind() Kind { return KindClockChanged }

// Kind numbers the fact.
func (LogDamaged) Kind() Kind { return KindLogDamaged }

// Kind numbers the fact.
func (CommitsLate) Kind() Kind { return KindCommitsLate }

// Kind numbers the fact.
func (RequestHandled) Kind() Kind { return KindRequestHandled }

func (GatewayStarted) fact() {}
func (ClockChanged) fact()   {}
func (LogDamaged) fact()     {}
func (CommitsLate) fact()    {}
func (RequestHandled) fact() {}
