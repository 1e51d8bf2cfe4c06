package policy

import (
	"errors"
	"fmt"

	"gatehouse/sync/fact"
)

// ChallengeMS is how long a challenge may be answered, by the gateway's monotonic clock.
const ChallengeMS = 30_000

// challengesMax is how many challenges wait at once; the oldest goes. Persons press buttons, so few ever wait.
const challengesMax = 16

// ErrCommand says that a command is refused; the text says why.
var ErrCommand = errors.New("policy: command refused")

// Verb is what a command asks for.
type Verb uint8

// The verbs.
const (
	OpenOnce  Verb = 1
	StartHold Verb = 2
	EndHold   Verb = 3
	FreeExit  Verb = 4 // let the ticket out without money
	Restart   Verb = 5
)

// String is the code of the verb.
func (v Verb) String() string {
	switch v {
	case OpenOnce:
		return "open_once"
	case StartHold:
		return "hold"
	case EndHold:
		return "end_hold"
	case FreeExit:
		return "free_exit"
	case Restart:
		return "restart"
	}
	return fmt.Sprintf("verb_%d", uint8(v))
}

// Nonce is random, from the shell.
type Nonce [16]byte

// Command is one order from headquarters to one gateway.
type Command struct {
	ID          Nonce            `cbor:"1,keyasint"` // of headquarters: the result and the audit name it
	Location    fact.LocationID  `cbor:"2,keyasint"`
	Incarnation fact.Incarnation `cbor:"3,keyasint"` // the run of the gateway that made the challenge
	Challenge   Nonce            `cbor:"4,keyasint"`
	Verb        Verb             `cbor:"5,keyasint"`
	Gate        fact.GateID      `cbor:"6,keyasint,omitempty"`
	Ticket      fact.TicketID    `cbor:"7,keyasint,omitempty"`
	Actor       string           `cbor:"8,keyasint"` // who ordered it
	Reason      string           `cbor:"9,keyasint"` // why, in a person's words; not empty
	Signature   Signature        `cbor:"10,keyasint"`
}

func (c *Command) message() []byte {
	return NewMessage("gatehouse command 1").Bytes(c.ID[:]).Text(string(c.Location)).Uint(uint64(c.Incarnation)).
		Bytes(c.Challenge[:]).Uint(uint64(c.Verb)).Text(string(c.Gate)).Text(string(c.Ticket)).Text(c.Actor).Text(c.Reason).Sum()
}

// Sign signs the command.
func (c *Command) Sign(signer Signer) (err error) {
	c.Signature, err = Sign(signer, c.message())
	return err
}

// Desk is where a gateway gives out challenges and takes commands. It lives in memory alone: a restart forgets every
// challenge, and with them every command that could still have been replayed.
type Desk struct {
	Location    fact.LocationID
	Incarnation fact.Incarnation
	Keys        Keys // of headquarters

	waiting []challenge
}

type challenge struct {
	order  Nonce
	nonce  Nonce
	monoMS int64
}

// Challenge gives one out for the command that will have an ID, from random bits of the shell. Who asks again for the same,
// because the answer may be lost, gets the same, while it is waiting and young.
func (d *Desk) Challenge(order Nonce, nowMonoMS int64, random Nonce) Nonce {
	for i, waiting := range d.waiting {
		if waiting.order != order {
			continue
		}
		if age := nowMonoMS - waiting.monoMS; age >= 0 && age <= ChallengeMS/2 {
			return waiting.nonce
		}
		d.waiting = append(d.waiting[:i], d.waiting[i+1:]...)
		break
	}
	if len(d.waiting) >= challengesMax {
		d.waiting = append(d.waiting[:0], d.waiting[1:]...)
	}
	d.waiting = append(d.waiting, challenge{order, random, nowMonoMS})
	return random
}

// Take accepts a command at most once, and fails with ErrCommand or ErrSignature otherwise. The shell records the command
// durably before it carries it out. A command that fails to verify uses nothing up.
func (d *Desk) Take(c *Command, nowMonoMS int64) error {
	if err := d.Keys.Verify(c.message(), c.Signature); err != nil {
		return err
	}
	switch {
	case c.Location != d.Location:
		return fmt.Errorf("%w: it is for %q, this is %q", ErrCommand, c.Location, d.Location)
	case c.Incarnation != d.Incarnation:
		return fmt.Errorf("%w: it is for another run of this gateway; ask again", ErrCommand)
	case c.Actor == "" || c.Reason == "":
		return fmt.Errorf("%w: it names no actor or no reason", ErrCommand)
	case c.Verb < OpenOnce || c.Verb > Restart:
		return fmt.Errorf("%w: this gateway doesn't know %s", ErrCommand, c.Verb)
	}
	for i, waiting := range d.waiting {
		if waiting.nonce == c.Challenge {
			d.waiting = append(d.waiting[:i], d.waiting[i+1:]...)
			if age := nowMonoMS - waiting.monoMS; age < 0 || age > ChallengeMS {
				return fmt.Errorf("%w: its challenge is %d ms old, at most %d; ask again", ErrCommand, age, ChallengeMS)
			}
			return nil
		}
	}
	return fmt.Errorf("%w: its challenge is used up or none of this gateway's; ask again", ErrCommand)
}
