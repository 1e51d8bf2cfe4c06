package lot_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"gatehouse/gateway/gate"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/occupancy"
	"gatehouse/gateway/site"
	"gatehouse/gateway/tariff"
	"gatehouse/gateway/tariffdoc/receipt"
	"gatehouse/sync/fact"
)

// storyWords are what can happen in a story.
var storyWords = map[string]func(s *teller, w []string){
	"wait": func(*teller, []string) {},
	"given": func(s *teller, w []string) { // given terminal_down deny: before anything happens
		s.given(w[0], w[1])
	},
	"enter": func(s *teller, w []string) { // enter IN B-AB1234 [large]: all the way in
		s.commands("loop "+w[0]+" arming on", "+500ms plate "+w[0]+" "+w[1]+" 950 "+w[2], "drive "+w[0], "+2s arm "+w[0]+" down", "+5s wait")
	},
	"leave": func(s *teller, w []string) { // leave OUT: all the way out, once it was let
		s.commands("drive "+w[0], "+2s arm "+w[0]+" down", "+5s wait")
	},
	"reading": func(s *teller, w []string) { // reading A-1 900: one reading of its sensor, in millimetres
		s.read(s.spot(w[0]), int32(number(w[1])))
	},
	"disk": func(s *teller, w []string) { // disk stalls, disk answers
		s.step(lot.DiskChanged{Stalled: w[0] == "stalls"})
	},
	"loop": func(s *teller, w []string) { // loop IN arming on
		loops := map[string]gate.Loop{"arming": gate.ArmingLoop, "closing": gate.ClosingLoop}
		levels := map[string]gate.Level{"on": gate.Occupied, "off": gate.Clear, "failed": gate.Failed}
		s.step(lot.LoopChanged{Gate: s.gate(w[0]), Loop: loops[w[1]], Level: levels[w[2]]})
	},
	"arm": func(s *teller, w []string) { // arm IN up
		s.step(lot.ArmChanged{Gate: s.gate(w[0]), Up: w[1] == "up" || w[1] == "both", Down: w[1] == "down" || w[1] == "both"})
	},
	"plate": func(s *teller, w []string) { // plate IN B-AB1234 950 [large]
		vehicle := fact.AnyType
		_ = vehicle.UnmarshalText([]byte(w[3]))
		raw := w[1]
		if raw == "none" {
			raw = ""
		}
		s.step(lot.PlateSeen{Gate: s.gate(w[0]), Raw: raw, Confidence: uint16(number(w[2])), Vehicle: vehicle})
	},
	"press": func(s *teller, w []string) { // press IN ticket
		if w[1] == "help" {
			s.step(lot.HelpPressed{Gate: s.gate(w[0])})
			return
		}
		s.step(lot.TicketPressed{Gate: s.gate(w[0])})
	},
	"show": func(s *teller, w []string) { // show OUT ticket T1
		kind := fact.CredentialNone
		if err := kind.UnmarshalText([]byte(w[1])); err != nil {
			s.t.Fatal(err)
		}
		s.step(lot.Shown{Gate: s.gate(w[0]), Kind: kind, Text: s.id(w[2])})
	},
	"drive": func(s *teller, w []string) { // drive IN: through the raised arm
		i := s.gate(w[0])
		s.pass(2 * time.Second)
		s.step(lot.ArmChanged{Gate: i})
		s.pass(time.Second)
		s.step(lot.ArmChanged{Gate: i, Up: true})
		s.through(i)
	},
	"follow": func(s *teller, w []string) { // follow IN: through the arm that is still up
		s.step(lot.LoopChanged{Gate: s.gate(w[0]), Loop: gate.ArmingLoop, Level: gate.Occupied})
		s.through(s.gate(w[0]))
	},
	"through": func(s *teller, w []string) { // through IN: over both loops, from the arming loop on
		s.through(s.gate(w[0]))
	},
	"car": func(s *teller, w []string) { // car A-1: a car stands there
		s.see(s.spot(w[0]), 900)
	},
	"empty": func(s *teller, w []string) { // empty A-1
		s.see(s.spot(w[0]), 2400)
	},
	"pay": func(s *teller, w []string) { // pay approved P1
		outcomes := map[string]lot.PaymentOutcome{
			"approved": lot.PaymentApproved, "declined": lot.PaymentDeclined, "silent": lot.PaymentUnknown, "unheard": lot.PaymentNotFound,
		}
		s.step(lot.PaymentAnswered{Payment: fact.PaymentID(s.id(w[1])), Outcome: outcomes[w[0]], Method: fact.MethodCreditCard, Reference: "r"})
	},
	"station": func(s *teller, w []string) { // station T1 300 [key]: paid at a pay station; "due" is what is due
		id, amountMinor := fact.TicketID(s.id(w[0])), number(w[1])
		if w[1] == "due" {
			ticket, _ := s.lot.Ticket(id)
			amountMinor = s.lot.Account(&ticket, s.stamp()).DueMinor
		}
		s.step(lot.PayTicket{Ticket: id, Method: fact.MethodCash, AmountMinor: amountMinor, Request: request(w[2], w[0], w[1])})
	},
	"card": func(s *teller, w []string) { // card T1 300 [authorise]: paid by card at a pay station
		s.step(lot.PayTicket{Ticket: fact.TicketID(s.id(w[0])), Method: fact.MethodCreditCard, AmountMinor: number(w[1]), Authorise: w[2] == "authorise"})
	},
	"capture": func(s *teller, w []string) { // capture T1 P1 [200]
		s.step(lot.CapturePayment{Ticket: fact.TicketID(s.id(w[0])), Payment: fact.PaymentID(s.id(w[1])), AmountMinor: number(w[2])})
	},
	"void": func(s *teller, w []string) { // void T1 P1
		s.step(lot.VoidPayment{Ticket: fact.TicketID(s.id(w[0])), Payment: fact.PaymentID(s.id(w[1])), Request: lot.Request{Actor: "ann"}})
	},
	"refund": func(s *teller, w []string) { // refund T1 P1 [200]
		s.step(lot.RefundPayment{Ticket: fact.TicketID(s.id(w[0])), Payment: fact.PaymentID(s.id(w[1])), AmountMinor: number(w[2]), Request: lot.Request{Actor: "ann"}})
	},
	"waive": func(s *teller, w []string) { // waive T1 goodwill [200]
		waiver := fact.WaiverNone
		if err := waiver.UnmarshalText([]byte(w[1])); err != nil {
			s.t.Fatal(err)
		}
		s.step(lot.WaiveFee{Ticket: fact.TicketID(s.id(w[0])), Waiver: waiver, AmountMinor: number(w[2]), Request: lot.Request{Actor: "ann"}})
	},
	"owe": func(s *teller, w []string) { // owe T1
		s.step(lot.OweFee{Ticket: fact.TicketID(s.id(w[0])), Request: lot.Request{Actor: "ann"}})
	},
	"validate": func(s *teller, w []string) { // validate T1 CINEMA [number]
		s.step(lot.ValidateTicket{Ticket: fact.TicketID(s.id(w[0])), Code: w[1], Coupon: w[2], Request: lot.Request{Actor: "ann"}})
	},
	"charge": func(s *teller, w []string) { // charge T1 C7 -60 -10 20000: a session from and to minutes from now, in watt-hours
		e := lot.ReportCharging{Session: w[1], FromMS: s.minutes(w[2]), ToMS: s.minutes(w[3]), EnergyWh: number(w[4]), Spot: fact.SpotID(w[5])}
		if strings.HasPrefix(w[0], "T") {
			e.Ticket = fact.TicketID(s.id(w[0]))
		} else if w[0] != "-" {
			e.Raw = w[0]
		}
		s.step(e)
	},
	"class": func(s *teller, w []string) { // class T1 product evening: in the words of the tariff
		e := lot.ClassTicket{Ticket: fact.TicketID(s.id(w[0])), Request: lot.Request{Actor: "ann"}}
		switch w[1] {
		case "vehicle":
			e.Vehicle = w[2]
		case "group":
			e.Group = w[2]
		case "product":
			e.Product = w[2]
		}
		s.step(e)
	},
	"next": func(s *teller, w []string) { // next dearer: a document that comes into force on its day
		s.muted = true
		before := s.cfg.Tariff
		first := lot.TariffVersion{Tariff: before, Text: s.cfg.TariffText, Digest: s.cfg.TariffDigest}
		s.useTariff(w[0])
		s.cfg.NextTariffs = []lot.TariffVersion{{Tariff: s.cfg.Tariff, Text: s.cfg.TariffText, Digest: s.cfg.TariffDigest}}
		s.cfg.Tariff, s.cfg.TariffText, s.cfg.TariffDigest = first.Tariff, first.Text, first.Digest
		s.boot()
		s.muted = false
	},
	"unreadable": func(s *teller, w []string) { // the software that starts now can't read tariffs of before
		s.muted = true
		s.cfg.ReadTariff = func(string) (*tariff.Tariff, error) { return nil, errors.New("of another time") }
		s.boot()
		s.muted = false
	},
	"lost": func(s *teller, w []string) { // lost T1
		s.step(lot.MislayTicket{Ticket: fact.TicketID(s.id(w[0])), Request: lot.Request{Actor: "ann"}})
	},
	"tariff": func(s *teller, w []string) { // tariff square: the site file names it, and the gateway starts anew
		s.muted = true
		s.useTariff(w[0])
		s.boot()
		s.muted = false
	},
	"device": func(s *teller, w []string) { // device OUT terminal offline
		roles := map[string]lot.Role{"barrier": lot.RoleBarrier, "terminal": lot.RoleTerminal, "camera": lot.RoleCamera, "column": lot.RoleColumn}
		s.step(lot.DeviceChanged{Device: fact.DeviceID(w[0] + w[1]), Gate: s.gate(w[0]), Role: roles[w[1]], Online: w[2] == "online"})
	},
	"fire": func(s *teller, w []string) { s.step(lot.FireChanged{Active: w[0] == "on"}) },
	"stop": func(s *teller, w []string) { s.step(lot.StopChanged{Gate: s.gate(w[0]), Active: w[1] == "on"}) },
	"raise": func(s *teller, w []string) {
		s.step(lot.RaiseGate{Gate: s.gate(w[0]), Request: lot.Request{Actor: "ann"}})
	},
	"lower": func(s *teller, w []string) {
		s.step(lot.LowerGate{Gate: s.gate(w[0]), Request: lot.Request{Actor: "ann"}})
	},
	"hold": func(s *teller, w []string) {
		s.step(lot.HoldGate{Gate: s.gate(w[0]), Request: lot.Request{Actor: "ann"}})
	},
	"release": func(s *teller, w []string) {
		s.step(lot.EndHold{Gate: s.gate(w[0]), Request: lot.Request{Actor: "ann"}})
	},
	"confirm": func(s *teller, w []string) {
		s.step(lot.ConfirmGate{Gate: s.gate(w[0]), Request: lot.Request{Actor: "ann"}})
	},
	"entry": func(s *teller, w []string) {
		s.step(lot.RequestEntry{Gate: s.gate(w[0]), Raw: w[1], Request: request(w[2], w[0], w[1])})
	},
	"exit": func(s *teller, w []string) {
		s.step(lot.RequestExit{Gate: s.gate(w[0]), Raw: w[1], Request: request(w[2], w[0], w[1])})
	},
	"reserve": func(s *teller, w []string) { // reserve regular B-AB1234 30 90 [prepaid [key]]: minutes from now
		s.step(lot.MakeReservation{
			User: "u", SpotType: s.spotType(w[0]), Raw: w[1], StartMS: s.minutes(w[2]), EndMS: s.minutes(w[3]),
			PrepaidMinor: number(w[4]), Request: request(w[5], w[:5]...),
		})
	},
	"edit": func(s *teller, w []string) { // edit R1 regular B-AB1234 30 90
		s.step(lot.EditReservation{
			Reservation: fact.ReservationID(s.id(w[0])), SpotType: s.spotType(w[1]), Raw: w[2], StartMS: s.minutes(w[3]), EndMS: s.minutes(w[4]),
		})
	},
	"extend": func(s *teller, w []string) { // extend R1 30: it ends so many minutes from now
		r, _ := s.lot.Reservation(fact.ReservationID(s.id(w[0])))
		s.step(lot.EditReservation{
			Reservation: r.ID, SpotType: r.SpotType, Raw: string(r.Plate), StartMS: r.StartMS, EndMS: s.minutes(w[1]),
		})
	},
	"cancel": func(s *teller, w []string) {
		s.step(lot.CancelReservation{Reservation: fact.ReservationID(s.id(w[0]))})
	},
	"pass": func(s *teller, w []string) { // pass B-AB1234 card handicapped
		s.step(lot.IssuePass{Raw: w[0], Card: strings.Trim(w[1], "-"), SpotType: s.spotType(w[2]), FromMS: s.wallMS, UntilMS: s.wallMS + 86_400_000})
	},
	"revoke": func(s *teller, w []string) { s.step(lot.RevokePass{Pass: fact.PassID(s.id(w[0]))}) },
	"service": func(s *teller, w []string) {
		s.step(lot.ServiceSpot{Spot: s.spot(w[0]), Out: w[1] == "out", Request: lot.Request{Actor: "ann"}})
	},
	"set": func(s *teller, w []string) {
		status := fact.SpotUnknown
		_ = status.UnmarshalText([]byte(w[1]))
		s.step(lot.SetSpot{Spot: s.spot(w[0]), Status: status, Request: lot.Request{Actor: "ann"}})
	},
	"count": func(s *teller, w []string) {
		s.step(lot.CorrectCount{Inside: number(w[0]), Request: lot.Request{Actor: "ann"}})
	},
	"close": func(s *teller, w []string) {
		s.step(lot.CorrectTicket{Ticket: fact.TicketID(s.id(w[0])), Close: true, Request: lot.Request{Actor: "ann"}})
	},
	"clock": func(s *teller, w []string) { // clock synced 3600: seconds forward
		s.trust = clockTrust[w[0]]
		s.wallMS += number(w[1]) * 1000
		s.step(lot.ClockChanged{To: s.trust, StepMS: number(w[1]) * 1000})
	},
	"restart": func(s *teller, w []string) { // restart [unset -3600]: with a clock that is seconds off
		if w[0] != "" {
			s.trust = clockTrust[w[0]]
			s.wallMS += number(w[1]) * 1000
		}
		s.boot()
	},
	"open": func(s *teller, w []string) {
		s.step(lot.CorrectTicket{Ticket: fact.TicketID(s.id(w[0])), Request: lot.Request{Actor: "ann"}})
	},
	"lend":    (*teller).lend,
	"sale":    (*teller).sale,
	"voucher": (*teller).showVoucher,
	"closed":  func(s *teller, w []string) { s.step(lot.CloseSales{ThroughMS: s.minutes(w[0])}) }, // closed 60: minutes from now
	"print":   func(s *teller, w []string) { s.print(w) },
}

var clockTrust = map[string]fact.Trust{"unset": fact.ClockUnset, "held": fact.ClockHeld, "synced": fact.ClockSynced}

// request is one with an idempotency key and the digest of its words.
func request(key string, words ...string) lot.Request {
	r := lot.Request{Key: fact.RequestKey(key), Actor: "api"}
	copy(r.Digest[:], strings.Join(words, " "))
	return r
}

// given sets what the site file would say.
func (s *teller) given(what, value string) {
	policy := &s.cfg.Policy
	switch what {
	case "plate_inside":
		policy.Twin = map[string]lot.Twin{"suspect": lot.TwinSuspect, "deny": lot.TwinDeny}[value]
	case "terminal_down":
		policy.TerminalDownOwed = value == "owed"
	case "no_plate":
		s.cfg.Gates[0].NoPlate = map[string]lot.NoPlate{"ticket": lot.NoPlateTicket, "admit": lot.NoPlateAdmit, "deny": lot.NoPlateDeny}[value]
	case "column": // at the entry
		s.cfg.Gates[0].TicketButton = value == "yes"
	case "direction": // of the entry
		s.cfg.Gates[0].Lane.Direction = map[string]fact.Direction{"both": fact.DirectionUnknown, "in": fact.Inward}[value]
	case "max_stay_hours":
		policy.MaxStayMS = number(value) * 3_600_000
	case "walk_in_stay_minutes":
		policy.WalkInStayMS = number(value) * 60_000
	case "period_ms":
		s.cfg.Sensors[0].PeriodMS = [occupancy.SensorsMax]int64{number(value), number(value)}
	case "chargers": // at the spots of the first floor; so many minutes to charge within
		for i := range s.cfg.Spots {
			s.cfg.Spots[i].Charger = s.cfg.Spots[i].Floor == 0
		}
		policy.ChargeWithinMS = number(value) * 60_000
	case "exits": // another one, OUT2
		second := s.cfg.Gates[s.gate("OUT")]
		second.ID = fact.GateID(value)
		s.cfg.Gates = append(s.cfg.Gates, second)
		s.boot()
	case "sensors": // of the spots that have none
		for i := range s.cfg.Spots {
			s.cfg.Spots[i].Sensor = 0
		}
		s.boot()
	default:
		s.t.Fatalf("nothing like %q can be given", what)
	}
}

// useTariff has the site file name a tariff document.
func (s *teller) useTariff(name string) {
	text, err := os.ReadFile("testdata/tariffs/" + name + ".toml")
	if err != nil {
		s.t.Fatal(err)
	}
	read, err := site.ReadTariff(string(text))
	if err != nil {
		s.t.Fatal(err)
	}
	s.cfg.Tariff, s.cfg.TariffText, s.cfg.TariffDigest = read, string(text), fmt.Sprintf("%x", sha256.Sum256(text))[:16]
}

func (s *teller) spotType(word string) fact.SpotType {
	kind := fact.AnyType
	if word != "" {
		if err := kind.UnmarshalText([]byte(word)); err != nil {
			s.t.Fatal(err)
		}
	}
	return kind
}

// minutes is the time so many minutes from now.
func (s *teller) minutes(text string) int64 { return s.wallMS + number(text)*60_000 }

// through drives a vehicle over both loops, and the arm comes down behind it when told to.
func (s *teller) through(i int) {
	step := func(d time.Duration, loop gate.Loop, level gate.Level) {
		s.pass(d)
		s.step(lot.LoopChanged{Gate: i, Loop: loop, Level: level})
	}
	step(time.Second, gate.ClosingLoop, gate.Occupied)
	step(time.Second, gate.ArmingLoop, gate.Clear)
	step(time.Second, gate.ClosingLoop, gate.Clear)
}

// print shows a part of the state: inside, free, ticket T1, fee T1, gate IN, spot A-1.
func (s *teller) print(w []string) {
	switch w[0] {
	case "inside":
		s.say("inside", fmt.Sprintf("%+v", s.lot.Inside()))
	case "free":
		s.say("free", s.fields(s.lot.Tally()))
	case "ticket":
		ticket, found := s.lot.Ticket(fact.TicketID(s.id(w[1])))
		if !found {
			s.say("ticket", "not known")
			return
		}
		entered := time.UnixMilli(ticket.Entry.WallMS).In(s.cfg.Zone).Format("01-02 15:04")
		s.say("ticket", fmt.Sprintf("%s entered=%s redated=%t spot=%s suspect=%s", ticket.Status, entered, ticket.Redated, ticket.Spot, ticket.Suspect))
	case "fee":
		ticket, _ := s.lot.Ticket(fact.TicketID(s.id(w[1])))
		account := s.lot.Account(&ticket, s.stamp())
		s.say("fee", s.amounts(account))
	case "receipt":
		ticket, _ := s.lot.Ticket(fact.TicketID(s.id(w[1])))
		account := s.lot.Account(&ticket, s.stamp())
		for i := range account.Fee.Charges {
			c := &account.Fee.Charges[i]
			at := func(ms int64) string { return time.UnixMilli(ms).In(s.cfg.Zone).Format("15:04") }
			s.say("charge", fmt.Sprintf("%s-%s %s: %s", at(c.FromMS), at(c.ToMS), fact.Money{Minor: c.AmountMinor, Currency: "EUR"}, c.Rule+" "+receipt.How("EUR", c)))
		}
		s.say("fee", s.amounts(account))
	case "tariffs":
		for _, digest := range s.lot.Tariffs() {
			version, text, _, _ := s.lot.TariffText(digest)
			s.say("tariff", fmt.Sprintf("%s of %d bytes, current %t", version, len(text), digest == s.lot.Meta().Tariff))
		}
	case "gate":
		view := s.lot.GateView(s.gate(w[1]))
		s.say("gate", fmt.Sprintf(
			"%s passed=%d tailgated=%d last=%s shows %q", view.State, view.Passed, view.Tailgated, view.Last.Reason, strings.Join(view.Face.Lines, " / "),
		))
	case "sign":
		available, unknown := s.lot.SignOf(int(number(w[1])))
		s.say("sign", fmt.Sprintf("available=%d unknown=%t", available, unknown))
	case "reservation":
		reservation, _ := s.lot.Reservation(fact.ReservationID(s.id(w[1])))
		s.say("reservation", reservation.Status.String()+" spot="+string(reservation.Spot))
	case "hours":
		for _, hour := range s.lot.Hours(0, s.wallMS+1) {
			hour.StartMS = 0
			s.say("hour", strings.TrimPrefix(s.fields(hour), "Hour "))
		}
	case "spot":
		state := s.lot.SpotState(s.spot(w[1]))
		since := time.UnixMilli(state.SinceMS).In(s.cfg.Zone).Format("15:04:05")
		s.say("spot", strings.TrimSpace(fmt.Sprintf("%s sensed=%s since=%s %s", state.Status(), state.Sensed, since, s.name(string(state.Ticket)))))
	case "alerts":
		for _, alert := range s.lot.Alerts() {
			s.say("alert", alert.Severity.String()+" "+alert.Code+" "+alert.Where)
		}
	}
}

func (s *teller) amounts(a lot.Account) string {
	money := func(minor int64) string { return fact.Money{Minor: minor, Currency: "EUR"}.String() }
	text := "total " + money(a.Fee.TotalMinor) + ", paid " + money(a.PaidMinor) + ", due " + money(a.DueMinor)
	for _, more := range []struct {
		name  string
		minor int64
	}{{"over", a.OverMinor}, {"waived", a.WaivedMinor}, {"carried", a.CarriedMinor}, {"authorised", a.AuthorisedMinor}} {
		if more.minor != 0 {
			text += ", " + more.name + " " + money(more.minor)
		}
	}
	if a.CashMinor != a.DueMinor {
		text += ", in cash " + money(a.CashMinor)
	}
	return text
}
