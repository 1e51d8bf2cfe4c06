package credentials

import (
	"strings"
	"time"
	"unicode/utf8"

	"gatehouse/drivers"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
)

// TextMax bounds what was scanned or read from a card, in bytes. The longest are headquarters' vouchers.
const TextMax = 400

// sameShowing is how long the same thing is the same showing: a scanner reads a code as long as it sees it.
const sameShowing = 2 * time.Second

// Readable reports whether a text can be a credential: it is there, short enough, UTF-8, and holds no control characters.
func Readable(text string) bool {
	return text != "" && len(text) <= TextMax && utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7F })
}

// Code is a code that was scanned or typed: a reservation if it begins with R or is headquarters' voucher, else a ticket.
func Code(text string) drivers.Shown {
	if strings.HasPrefix(text, "R") || policy.IsVoucher(text) {
		return drivers.Shown{Kind: fact.CredentialReservation, Text: text}
	}
	return drivers.Shown{Kind: fact.CredentialTicket, Text: text}
}

// CardShown is a card that was shown.
func CardShown(text string) drivers.Shown {
	return drivers.Shown{Kind: fact.CredentialCard, Text: text}
}

// Repeats tells the same thing, read again and again while it is shown, from a new showing. Buttons always count. The zero
// value is ready.
type Repeats struct {
	last drivers.Shown
	at   time.Time
}

// Seen reports whether that is only the last showing again.
func (r *Repeats) Seen(shown drivers.Shown, now time.Time) bool {
	same := shown == r.last && shown.Button == drivers.ButtonNone && now.Sub(r.at) < sameShowing
	r.last, r.at = shown, now
	return same
}
