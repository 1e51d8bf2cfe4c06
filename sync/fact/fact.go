package fact

// Kind numbers a fact type. Numbers are for ever: a retired kind leaves a gap.
type Kind uint8

// The closed set of facts.
const (
	KindGatewayStarted Kind = 1
	KindClockChanged   Kind = 2
	KindLogDamaged     Kind = 3
	KindCommitsLate    Kind = 4
	KindRequestHandled Kind = 5

	KindEntryGranted      Kind = 20
	KindEntryDenied       Kind = 21
	KindExitGranted       Kind = 22
	KindExitDenied        Kind = 23
	KindVehiclePassed     Kind = 24
	KindVehicleBackedOut  Kind = 25
	KindVehicleTailgated  Kind = 26
	KindVehicleWrongWay   Kind = 27
	KindGateFaulted       Kind = 28
	KindGateRecovered     Kind = 29
	KindHoldStarted       Kind = 30
	KindHoldEnded         Kind = 31
	KindFireStarted       Kind = 32
	KindFireEnded         Kind = 33
	KindBarrierRaised     Kind = 34
	KindBarrierMoved      Kind = 35
	KindGateConfirmed     Kind = 36
	KindEntryReadmitted   Kind = 37
	KindPaymentRequested  Kind = 40
	KindPaymentReceived   Kind = 41
	KindPaymentFailed     Kind = 42
	KindTicketSuspected   Kind = 43
	KindTicketLost        Kind = 44
	KindTicketCorrected   Kind = 45
	KindFeeOwed           Kind = 46
	KindTariffText        Kind = 48
	KindTariffActivated   Kind = 49
	KindPaymentAuthorised Kind = 50
	KindPaymentVoided     Kind = 51
	KindPaymentRefunded   Kind = 52
	KindFeeWaived         Kind = 53
	KindTicketValidated   Kind = 54
	KindTicketMislaid     Kind = 55
	KindChargingReported  Kind = 56
	KindTicketClassed     Kind = 57
	KindCouponReturned    Kind = 58
	KindSpotChanged       Kind = 60
	KindTicketParked      Kind = 61
	KindSpotServiced      Kind = 62
	KindSensorFaulted     Kind = 63
	KindSensorRecovered   Kind = 64
	KindCountCorrected    Kind = 65
	KindViolationFound    Kind = 66
	KindViolationEnded    Kind = 67
	KindReservationMade   Kind = 80
	KindReservationEdited Kind = 81
	KindReservationEnded  Kind = 82
	KindReservationSpot   Kind = 83
	KindPassIssued        Kind = 84
	KindPassRevoked       Kind = 85
	KindRightsLent        Kind = 86

	KindPolicyChanged Kind = 100
	KindCommandTaken  Kind = 101
)

// Fact is something that happened. The set is closed: only this package defines facts.
type Fact interface {
	Kind() Kind
	fact()
}

// Record is a fact with its name and its time: what the log holds.
type Record struct {
	Dot  Dot
	At   Stamp
	Fact Fact
}
