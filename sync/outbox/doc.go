// Package outbox is the protocol by which two replicas of one log come to hold the same facts, whatever the network does
// between them: two state machines, Sender and Receiver, the same in both directions. A location sends its facts to
// headquarters, headquarters its facts for the location to the location.
//
// # Words
//
// A log is a row of runs; a run is facts of one incarnation that stand next to each other. Each incarnation begins with a
// GatewayStarted that names its parent: the fact before it in the log. Position is a place in the sender's log, which no
// other side knows; Dot is a fact's name, which all know.
//
//	produced ≥ applied ≥ stable
//
// are the sender's newest durable fact, the newest of an unbroken row that the receiver has made durable, and the newest of
// those that have reached the receiver's replica or backup. The sender trims only what is stable, and only after 30 days
// of its own running time: no clock that jumps makes a fact old.
//
// # How it goes
//
// On each link the sender says Hello and is told, by an Ack that repeats the Hello's nonce, what the receiver has. From
// there it sends batches, a few at a time. The receiver takes each dot once and in the log's order: a child incarnation
// waits until its parent's facts are there, so that the receiver always holds a beginning of the log. What comes again it
// drops, what comes too early it holds (a few) and asks for a rewind. It answers only when the shell has committed. What the
// sender's card has lost it declares lost, and of a child whose parent's end is lost it says so (Oldest): the receiver goes on
// without. Such a batch leaves only when all before it have arrived.
//
// An Ack that knows less than one before is late, or the word of a receiver that was restored. The sender can't tell, says
// Hello again, and believes the answer, whatever it is: so a restored receiver gets again what it lost.
//
// # What comes too late
//
// A receiver never forgets how far it has an incarnation: that is one number, kept for ever. A batch that was on its way for
// months is therefore dropped like any other repetition, long after both sides have given up its facts and the chain at its
// place, and the answer says so. Of a batch whose chain is not remembered any more nothing can be compared, and nothing is
// taken.
//
// A receiver that was put back to an older state than the sender still holds (older than the sender's 30 days) can't be
// mended from here, nor from anywhere. It is told which facts are gone, never skips them silently, and goes on behind them:
// FactsLost names the incarnation, the last seq and the count of each gap; HistoryMissing names an incarnation of which
// neither the start nor the parent is left. Both become alerts, each gap its own. Should a late copy of such facts arrive
// after all, it is behind what is applied, and dropped: a gap that was told stays one, and nothing counts twice.
//
// # Forks and clones
//
// An incarnation whose parent isn't the newest fact of the newest incarnation comes from a restored card. It goes on as the
// lot, because somebody has to; facts of the one that it superseded are kept apart from then on. If that one proves to be
// alive since (its batch has heard of an acknowledgement that the receiver gave after the fork), both are one card twice:
// both are fenced, kept apart and not counted, until a person has decided. Facts that are kept apart are acknowledged and
// durable like all others; nothing is ever refused because of its standing, and no gate ever closes for it.
// The same dot with other bytes shows in the chain: nothing of it is taken, and the sender is told to begin a new
// incarnation.
//
// # The shell
//
// The shell calls Step for each event and at WakeMS, and carries out the effects in their order. A receiver's Store and Save
// are one transaction with the facts; a Reply after it leaves only if it was committed. If it wasn't, the shell makes the
// Receiver anew from its durable state. A sender's state may be lost: that costs a handshake.
//
// The package is pure. It imports sync/fact, sync/policy and sync/wire.
package outbox
