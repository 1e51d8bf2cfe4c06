// Package terminal drives a payment terminal on a serial line. The protocol is our own and small, for terminals
// behind a converter that we program; ZVT and others get drivers of their own.
//
// Both sides send frames of printable ASCII, at most FrameMax bytes:
//
//	$FIELD,FIELD,…*HH CR LF      HH: exclusive or of all bytes between $ and *, in two hex digits
//
//	to the terminal
//	  PAY,n,payment,minor,currency           take this amount; the same payment again is the same order
//	  STATUS,n,payment                       what became of it?
//	  CANCEL,n,payment                       ask for no card any more
//	from the terminal, with the n of the order
//	  WAIT,n,payment                         the order has come, a card is asked for
//	  APPROVED,n,payment,reference,method    method: a code of fact.PaymentMethod
//	  DECLINED,n,payment                     by the bank, by the customer, or by CANCEL
//	  NOTFOUND,n,payment                     to STATUS: there was no such order
//
// PAY is answered by WAIT at once and by its outcome later. An answer that does not come is an error that wraps
// ErrOffline together with the outcome PaymentUnknown: ask Status, until it answers, before anything else. When a
// Pay is cancelled, the driver sends CANCEL; what became of the payment is again Status's to say.
//
// parse.go is pure. Simulator is the other side, on the same codec. The package imports drivers and sync/fact.
package terminal
