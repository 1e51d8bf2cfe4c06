package web

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gatehouse/sync/livepage"
)

// reservation is one as the API tells of it.
type reservation struct {
	ReservationID, LocationID, UserID, SpotType, SpotID, VehiclePlate string
	StartTime, EndTime                                                time.Time
	Status, Currency, TicketID, Voucher, SoldBy                       string
	PrepaidAmount                                                     json.Number
	PrepaidAmountMinor                                                int64
	Delivered                                                         bool
	When                                                              string `json:"-"`
}

// Ours reports whether headquarters sold it and can end it still.
func (r *reservation) Ours() bool { return r.SoldBy == "headquarters" && r.Status == "confirmed" }

// rights are what a location lends.
type rights struct {
	Asked, Lent map[string]int
	Document    document
}

// reservationsView is the page of a location's coming reservations.
type reservationsView struct {
	work
	Coming  []reservation
	More    int
	Lent    []lentType
	Lending *form // to ask for more; nil: the reader may not
	State   string
}

// lentType is how many spots of a type are lent, and were asked for.
type lentType struct {
	SpotType    string
	Lent, Asked int
}

// reservationView is the page of one reservation.
type reservationView struct {
	work
	reservation
	Ask bool // whether it shall be cancelled
}

const (
	// startsIn is how far ahead a sale is proposed: headquarters sells until 45 minutes before the start.
	startsIn = time.Hour
	// longFor is how long the proposed one is.
	longFor = 2 * time.Hour
	// comingMax is how many reservations are listed.
	comingMax = 200
)

// spotTypes are the types of spots, as people read them.
func spotTypes(first ...option) []option {
	for _, code := range []string{"regular", "compact", "large", "ev", "handicapped"} {
		first = append(first, option{code, livepage.TypeWords(code)})
	}
	return first
}

func lotPath(location string, rest ...string) string {
	return pathOf(append([]string{"lots", location}, rest...)...)
}

func apiPath(parts ...string) string { return "/api/v1" + pathOf(parts...) }

func saleForm(v *lotView) *form {
	start := v.Now.In(v.zone()).Add(startsIn).Truncate(15 * time.Minute).Add(15 * time.Minute)
	kinds := []option{}
	for _, one := range spotTypes() {
		for _, t := range v.ByType {
			if t.SpotType == one.Value && t.Total > 0 {
				kinds = append(kinds, one)
			}
		}
	}
	if len(kinds) == 0 {
		kinds = spotTypes()
	}
	return newForm(lotPath(v.LocationID, "reservations"), "Sell",
		&field{Name: "vehiclePlate", Label: "Plate", Kind: "text", Max: 64, Needed: true, Help: "The voucher opens for this vehicle alone."},
		&field{Name: "startTime", Label: "From", Kind: "datetime-local", Needed: true, Value: start.Format(momentForm)},
		&field{Name: "endTime", Label: "Until", Kind: "datetime-local", Needed: true, Value: start.Add(longFor).Format(momentForm), Help: "By the clock of the location, " + v.Timezone + "."},
		&field{Name: "spotType", Label: "Kind of spot", Kind: "select", Needed: true, Options: kinds, Value: kinds[0].Value},
		&field{Name: "prepaidAmount", Label: "Paid ahead, " + cmp.Or(v.Currency, "in the location's currency"), Kind: "decimal", Max: 24, Help: "What the customer has paid you. The location charges the rest when the vehicle leaves."},
		&field{Name: "userId", Label: "Name or customer number", Kind: "text", Max: 64},
	)
}

func lendingForm(v *lotView, r *rights) *form {
	f := newForm(lotPath(v.LocationID, "rights"), "Ask the location")
	for _, one := range spotTypes() {
		f.Fields = append(f.Fields, &field{Name: one.Value, Label: one.Label, Kind: "count", Value: strconv.Itoa(r.Asked[one.Value]), Max: 6, Needed: true})
	}
	f.Fields = append(f.Fields, reason())
	return f
}

func (p *page) showReservations(w http.ResponseWriter, r *http.Request) {
	if v := p.lotFor(w, r, "reservations"); v != nil {
		p.reservations(w, r, v, saleForm(v), nil)
	}
}

// reservations shows a location's, with the forms as they are.
func (p *page) reservations(w http.ResponseWriter, r *http.Request, v *lotView, sale, lending *form) {
	var listed struct{ Reservations []reservation }
	var lent rights
	refused := p.ask(r.Context(), "GET", apiPath("locations", v.LocationID, "reservations"), "", nil, &listed)
	if refused == nil {
		refused = p.ask(r.Context(), "GET", apiPath("locations", v.LocationID, "rights"), "", nil, &lent)
	}
	if refused != nil {
		p.turnAway(w, refused)
		return
	}
	view := &reservationsView{work: work{Version: p.assets.Version, Title: "Reservations", Lot: v, Form: sale}, State: lent.Document.State}
	if r.URL.Query().Has("cancelled") {
		view.Said = "Cancelled. Its voucher opens no gate any more once the location has heard of it."
	}
	for i := range listed.Reservations {
		listed.Reservations[i].When = spanText(listed.Reservations[i].StartTime, listed.Reservations[i].EndTime, v.zone())
	}
	view.Coming = listed.Reservations[:min(comingMax, len(listed.Reservations))]
	view.More = len(listed.Reservations) - len(view.Coming)
	for _, one := range spotTypes() {
		if lent.Asked[one.Value]+lent.Lent[one.Value] > 0 {
			view.Lent = append(view.Lent, lentType{one.Value, lent.Lent[one.Value], lent.Asked[one.Value]})
		}
	}
	if v.Decides {
		if lending == nil {
			lending = lendingForm(v, &lent)
		}
		view.Lending = lending
	}
	p.showAs(w, max(sale.Status(), lending.Status()), "reservations.html", view)
}

func (p *page) sell(w http.ResponseWriter, r *http.Request) {
	v := p.lotFor(w, r, "reservations")
	if v == nil {
		return
	}
	f := saleForm(v)
	sound := f.read(w, r)
	from, until := f.at("startTime").readMoment(v.zone()), f.at("endTime").readMoment(v.zone())
	if !until.IsZero() && !from.IsZero() && !until.After(from) {
		f.at("endTime").Wrong = "It ends before it begins."
	}
	if !sound || f.isWrong() {
		p.reservations(w, r, v, f, nil)
		return
	}
	wish := map[string]any{"locationId": v.LocationID, "startTime": from, "endTime": until}
	f.texts(wish, "vehiclePlate", "spotType", "userId")
	if paid := f.value("prepaidAmount"); paid != "" {
		wish["prepaidAmount"] = strings.Replace(paid, ",", ".", 1)
	}
	var sold reservation
	if refused := p.ask(r.Context(), "POST", "/api/v1/reservations", f.Key, wish, &sold); refused != nil {
		if f.refuse(refused); refused.Code == "invalid" && f.HowMany() == 0 {
			f.at("startTime").Wrong, f.Wrong, f.Do = f.Wrong, "", ""
		}
		p.reservations(w, r, v, f, nil)
		return
	}
	p.goTo(w, r, lotPath(v.LocationID, "reservations", sold.ReservationID), "sold", "")
}

// askRights asks the location to lend so many spots of each type.
func (p *page) askRights(w http.ResponseWriter, r *http.Request) {
	v := p.lotFor(w, r, "reservations")
	if v == nil {
		return
	}
	f := lendingForm(v, &rights{})
	sound, counts := f.read(w, r), map[string]int{}
	for _, one := range spotTypes() {
		at := f.at(one.Value)
		n, err := strconv.Atoi(cmp.Or(at.Value, "0"))
		if err != nil || n < 0 || n > 100_000 {
			at.Wrong = "Write a whole number, from 0 to 100 000."
		}
		counts[one.Value] = n
	}
	if sound = sound && !f.isWrong(); sound {
		refused := p.ask(r.Context(), "PUT", apiPath("locations", v.LocationID, "rights"), "", map[string]any{"rights": counts, "reason": f.value("reason")}, nil)
		if refused == nil {
			p.goTo(w, r, lotPath(v.LocationID, "reservations"))
			return
		}
		f.refuse(refused)
	}
	p.reservations(w, r, v, saleForm(v), f)
}

func (p *page) showReservation(w http.ResponseWriter, r *http.Request) {
	v := p.lotFor(w, r, "reservations")
	if v == nil {
		return
	}
	view := &reservationView{work: work{Version: p.assets.Version, Title: "Reservation", Lot: v}, Ask: r.URL.Query().Has("cancel")}
	if refused := p.ask(r.Context(), "GET", apiPath("reservations", r.PathValue("reservation")), "", nil, &view.reservation); refused != nil {
		p.turnAway(w, refused)
		return
	}
	if r.URL.Query().Has("sold") {
		view.Said = "Sold. Give the customer the voucher."
	}
	view.When = spanText(view.StartTime, view.EndTime, v.zone())
	if view.Ours() {
		view.Form = newForm(lotPath(v.LocationID, "reservations", view.ReservationID, "cancel"), "Yes, cancel it")
	}
	p.show(w, "reservation.html", view)
}

func (p *page) cancel(w http.ResponseWriter, r *http.Request) {
	v := p.lotFor(w, r, "reservations")
	if v == nil {
		return
	}
	if refused := p.ask(r.Context(), "DELETE", apiPath("reservations", r.PathValue("reservation")), "", nil, nil); refused != nil {
		p.turnAway(w, refused)
		return
	}
	p.goTo(w, r, lotPath(v.LocationID, "reservations"), "cancelled", "")
}
