package lot

import (
	"fmt"
	"slices"
	"strings"

	"gatehouse/gateway/gate"
	"gatehouse/sync/fact"
)

// Out is what a Step asks of its caller, in this order: Urgent now, Facts durable, then Effects and Result.
type Out struct {
	Urgent  []Effect
	Facts   []fact.Record
	Effects []Effect
	Result  Result // of a command
	WakeMS  int64  // monotonic time by which a Tick is due
	// Lazy is true if nothing waits for the facts, so that they may join a later flush (at most a second).
	Lazy bool
}

// Effect is something that the lot asks of the world. The set is closed.
type Effect interface{ effect() }

// MoveBarrier is an order to a gate's barrier.
type MoveBarrier struct {
	Gate    int
	Command gate.Command
	Cause   gate.Cause
	Ticket  fact.TicketID // of the vehicle that it is for, if it is for one
	Retry   uint8         // how often it was tried for the same cause before
	// Early is true if the order may leave before its facts are durable when the disk stalls.
	Early bool
}

// ShowFace changes a gate's display.
type ShowFace struct {
	Gate int
	Face Face
}

// Face is what a display shows.
type Face struct {
	Lines  []string `json:"lines"`
	Colour Colour   `json:"colour"`
}

// Colour is the colour of a face or sign.
type Colour uint8

// The colours.
const (
	Green Colour = iota
	Yellow
	Red
)

var colourText = []string{"green", "yellow", "red"}

// MarshalText makes JSON carry the code.
func (c Colour) MarshalText() ([]byte, error) { return []byte(colourText[c]), nil }

// UnmarshalText reads the code.
func (c *Colour) UnmarshalText(text []byte) error {
	i, err := indexOf(colourText, text, "colour")
	if err == nil {
		*c = Colour(i)
	}
	return err
}

// indexOf finds a code among those of a kind.
func indexOf(codes []string, text []byte, kind string) (int, error) {
	i := slices.Index(codes, string(text))
	if i < 0 {
		return 0, fmt.Errorf("lot: %q is no %s: write one of %s", text, kind, strings.Join(codes, ", "))
	}
	return i, nil
}

// ShowSign changes the free-spots sign of a floor.
type ShowSign struct {
	Floor     int
	Available int
	Total     int
	Unknown   bool // nothing is known: blank, not zero
}

// PrintTicket prints an entry ticket with its code.
type PrintTicket struct {
	Gate   int
	Ticket fact.TicketID
	Lines  []string
}

// AskPayment sends a payment order to a gate's terminal.
type AskPayment struct {
	Gate    int
	Payment fact.PaymentID
	Amount  fact.Money
}

// AskPaymentStatus asks a gate's terminal what became of an order.
type AskPaymentStatus struct {
	Gate    int
	Payment fact.PaymentID
}

func (MoveBarrier) effect()      {}
func (ShowFace) effect()         {}
func (ShowSign) effect()         {}
func (PrintTicket) effect()      {}
func (AskPayment) effect()       {}
func (AskPaymentStatus) effect() {}

// Result answers a command. A refusal has a Problem; a denied entry or exit is an answer, not a problem.
type Result struct {
	Problem     *Problem
	Repeated    bool // the answer is that of an earlier request with the same key
	Granted     bool
	Reason      fact.Reason
	Ticket      fact.TicketID
	Reservation fact.ReservationID
	Payment     fact.PaymentID
	Pass        fact.PassID
	DueMinor    int64
}

// Problem says why a command was not carried out and what to do next.
type Problem struct {
	Code    ProblemCode
	Message string
	Hint    string
}

// Error makes a problem an error.
func (p *Problem) Error() string { return p.Message + "; " + p.Hint }

// ProblemCode is stable; the API maps it to a status.
type ProblemCode string

// The problems.
const (
	ProblemNotFound     ProblemCode = "not_found"
	ProblemInvalid      ProblemCode = "invalid"
	ProblemConflict     ProblemCode = "conflict"
	ProblemNoCapacity   ProblemCode = "no_availability"
	ProblemKeyReused    ProblemCode = "idempotency_key_reused"
	ProblemBlocked      ProblemCode = "blocked"
	ProblemUnavailable  ProblemCode = "unavailable"
	ProblemNotPossible  ProblemCode = "not_possible"
	ProblemOverpayment  ProblemCode = "overpayment"
	ProblemTicketClosed ProblemCode = "ticket_closed"
)
