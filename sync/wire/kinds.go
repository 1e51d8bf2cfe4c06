package wire

import (
	"fmt"

	"gatehouse/sync/fact"
)

// decoders has one entry per kind; a test holds it against fact.Types.
var decoders = [256]func(fields []byte) (fact.Fact, error){
	fact.KindGatewayStarted:    decodeAs[fact.GatewayStarted],
	fact.KindClockChanged:      decodeAs[fact.ClockChanged],
	fact.KindLogDamaged:        decodeAs[fact.LogDamaged],
	fact.KindCommitsLate:       decodeAs[fact.CommitsLate],
	fact.KindRequestHandled:    decodeAs[fact.RequestHandled],
	fact.KindEntryGranted:      decodeAs[fact.EntryGranted],
	fact.KindEntryDenied:       decodeAs[fact.EntryDenied],
	fact.KindExitGranted:       decodeAs[fact.ExitGranted],
	fact.KindExitDenied:        decodeAs[fact.ExitDenied],
	fact.KindVehiclePassed:     decodeAs[fact.VehiclePassed],
	fact.KindVehicleBackedOut:  decodeAs[fact.VehicleBackedOut],
	fact.KindVehicleTailgated:  decodeAs[fact.VehicleTailgated],
	fact.KindVehicleWrongWay:   decodeAs[fact.VehicleWrongWay],
	fact.KindGateFaulted:       decodeAs[fact.GateFaulted],
	fact.KindGateRecovered:     decodeAs[fact.GateRecovered],
	fact.KindHoldStarted:       decodeAs[fact.HoldStarted],
	fact.KindHoldEnded:         decodeAs[fact.HoldEnded],
	fact.KindFireStarted:       decodeAs[fact.FireStarted],
	fact.KindFireEnded:         decodeAs[fact.FireEnded],
	fact.KindBarrierRaised:     decodeAs[fact.BarrierRaised],
	fact.KindBarrierMoved:      decodeAs[fact.BarrierMoved],
	fact.KindGateConfirmed:     decodeAs[fact.GateConfirmed],
	fact.KindEntryReadmitted:   decodeAs[fact.EntryReadmitted],
	fact.KindPaymentRequested:  decodeAs[fact.PaymentRequested],
	fact.KindPaymentReceived:   decodeAs[fact.PaymentReceived],
	fact.KindPaymentFailed:     decodeAs[fact.PaymentFailed],
	fact.KindTicketSuspected:   decodeAs[fact.TicketSuspected],
	fact.KindTicketLost:        decodeAs[fact.TicketLost],
	fact.KindTicketCorrected:   decodeAs[fact.TicketCorrected],
	fact.KindFeeOwed:           decodeAs[fact.FeeOwed],
	fact.KindTariffText:        decodeAs[fact.TariffText],
	fact.KindTariffActivated:   decodeAs[fact.TariffActivated],
	fact.KindPaymentAuthorised: decodeAs[fact.PaymentAuthorised],
	fact.KindPaymentVoided:     decodeAs[fact.PaymentVoided],
	fact.KindPaymentRefunded:   decodeAs[fact.PaymentRefunded],
	fact.KindFeeWaived:         decodeAs[fact.FeeWaived],
	fact.KindTicketValidated:   decodeAs[fact.TicketValidated],
	fact.KindTicketMislaid:     decodeAs[fact.TicketMislaid],
	fact.KindChargingReported:  decodeAs[fact.ChargingReported],
	fact.KindTicketClassed:     decodeAs[fact.TicketClassed],
	fact.KindCouponReturned:    decodeAs[fact.CouponReturned],
	fact.KindSpotChanged:       decodeAs[fact.SpotChanged],
	fact.KindTicketParked:      decodeAs[fact.TicketParked],
	fact.KindSpotServiced:      decodeAs[fact.SpotServiced],
	fact.KindSensorFaulted:     decodeAs[fact.SensorFaulted],
	fact.KindSensorRecovered:   decodeAs[fact.SensorRecovered],
	fact.KindCountCorrected:    decodeAs[fact.CountCorrected],
	fact.KindViolationFound:    decodeAs[fact.ViolationFound],
	fact.KindViolationEnded:    decodeAs[fact.ViolationEnded],
	fact.KindReservationMade:   decodeAs[fact.ReservationMade],
	fact.KindReservationEdited: decodeAs[fact.ReservationEdited],
	fact.KindReservationEnded:  decodeAs[fact.ReservationEnded],
	fact.KindReservationSpot:   decodeAs[fact.ReservationSpot],
	fact.KindPassIssued:        decodeAs[fact.PassIssued],
	fact.KindPassRevoked:       decodeAs[fact.PassRevoked],
	fact.KindRightsLent:        decodeAs[fact.RightsLent],
	fact.KindPolicyChanged:     decodeAs[fact.PolicyChanged],
	fact.KindCommandTaken:      decodeAs[fact.CommandTaken],
}

func decodeAs[F fact.Fact](fields []byte) (fact.Fact, error) {
	var f F
	if err := strictDecoding.Unmarshal(fields, &f); err != nil {
		return nil, fmt.Errorf("wire: decode %T: %w", f, err)
	}
	return f, nil
}

func decodeFact(kind uint64, fields []byte) (fact.Fact, error) {
	if kind >= uint64(len(decoders)) || decoders[kind] == nil {
		return nil, fmt.Errorf("%w: kind %d", ErrUnknownKind, kind)
	}
	return decoders[kind](fields)
}
