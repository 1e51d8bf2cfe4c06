package fact

// Types returns a zero value of every fact, in the order of their kinds: what a codec must know.
func Types() []Fact {
	return []Fact{
		GatewayStarted{}, ClockChanged{}, LogDamaged{}, CommitsLate{}, RequestHandled{},
		EntryGranted{}, EntryDenied{}, ExitGranted{}, ExitDenied{}, VehiclePassed{}, VehicleBackedOut{},
		VehicleTailgated{}, VehicleWrongWay{}, GateFaulted{}, GateRecovered{}, HoldStarted{}, HoldEnded{},
		FireStarted{}, FireEnded{}, BarrierRaised{}, BarrierMoved{}, GateConfirmed{}, EntryReadmitted{},
		PaymentRequested{}, PaymentReceived{}, PaymentFailed{}, TicketSuspected{}, TicketLost{},
		TicketCorrected{}, FeeOwed{}, TariffText{}, TariffActivated{}, PaymentAuthorised{}, PaymentVoided{}, PaymentRefunded{},
		FeeWaived{}, TicketValidated{}, TicketMislaid{}, ChargingReported{}, TicketClassed{}, CouponReturned{},
		SpotChanged{}, TicketParked{}, SpotServiced{}, SensorFaulted{}, SensorRecovered{}, CountCorrected{},
		ViolationFound{}, ViolationEnded{},
		ReservationMade{}, ReservationEdited{}, ReservationEnded{}, ReservationSpot{}, PassIssued{}, PassRevoked{}, RightsLent{},
		PolicyChanged{}, CommandTaken{},
	}
}
