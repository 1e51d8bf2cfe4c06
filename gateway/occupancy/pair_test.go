package occupancy_test

import (
	"testing"

	"gatehouse/gateway/occupancy"
	"gatehouse/sync/fact"
)

// pair is a spot with an ultrasonic sensor and one that says yes or no, both on an empty spot for a minute.
func pair(t *testing.T) *play {
	p := overhead()
	p.cfg.Sensors = 2
	for at := int64(0); at < 60*second; at += 5 * second {
		p.at(at, echo(floorMM+int32(at/second%3)))
		p.at(at+second, second1(says(false)))
	}
	p.want(t, "0s unknown>available")
	return p
}

// lowRoof is a distance that is just near enough to be a car: low confidence.
const lowRoof = floorMM - 520

func TestALowConfidenceIsConfirmedByTheSecondSensor(t *testing.T) {
	p := pair(t)
	p.at(60*second, echo(lowRoof))
	p.at(62*second, second1(says(true)))
	p.wait(70 * second)
	p.want(t, "65s available>occupied")
	p.confidenceIn(t, 950, 1000)
}

func TestTwoDoubtfulSensorsConfirmEachOther(t *testing.T) {
	p := pair(t)
	p.cfg.BinaryConfidence = 700
	p.at(60*second, echo(lowRoof))
	p.at(61*second, second1(says(true)))
	p.wait(70 * second)
	p.want(t, "64s available>occupied confirmed")
	p.confidenceIn(t, 900, 950)
}

func TestALowConfidenceIsNotFollowedAgainstTheSecondSensor(t *testing.T) {
	p := pair(t)
	for at := 60 * second; at < 5*minute; at += 5 * second {
		p.at(at, echo(lowRoof+int32(at/second%3)))
		p.at(at+second, second1(says(false)))
	}
	p.want(t)
	p.is(t, fact.SpotAvailable)
	p.confidenceIn(t, 400, 849)
}

func TestWithoutSecondSensorDoubtHoldsForLonger(t *testing.T) {
	p := overhead()
	p.every(5*second, 60*second, echo(floorMM))
	p.log = nil
	p.every(5*second, 120*second, echo(lowRoof))
	p.want(t, "80s available>occupied")
	p.confidenceIn(t, 700, 849)
}

func TestTwoSureSensorsThatDisagreeMakeUnknown(t *testing.T) {
	p := pair(t)
	for at := 60 * second; at < 5*minute; at += 5 * second {
		p.at(at, echo(roofMM+int32(at/second%3)))
		p.at(at+second, second1(says(false)))
	}
	p.want(t, "121s available>unknown disagreement")

	p.at(5*minute, echo(roofMM))
	p.at(5*minute+second, second1(says(true)))
	p.want(t, "301s unknown>occupied")
}

func TestTheSureSensorWinsOverOneThatHasNotSpokenSince(t *testing.T) {
	p := pair(t)
	p.cfg.PeriodMS[1] = 0
	p.every(5*second, 90*second, echo(roofMM))
	p.want(t, "66s available>occupied")
}

func TestIfOneOfTwoDiesTheOtherDecides(t *testing.T) {
	p := pair(t)
	p.every(5*second, 2*minute, echo(floorMM))
	p.want(t, "68s fault1=sensor_silent")
	p.every(5*second, 3*minute, echo(roofMM))
	p.want(t, "126s available>occupied")
	p.wait(hour)
	p.want(t, "188s occupied>unknown sensor_silent fault0=sensor_silent")
}

func TestIfBothDieAtOnceBothAreToldAndTheSpotIsUnknown(t *testing.T) {
	p := pair(t)
	p.at(60*second, echo(floorMM))
	p.at(60*second, second1(says(false)))
	p.wait(hour)
	p.want(t, "72s fault0=sensor_silent", "72s available>unknown sensor_silent fault1=sensor_silent")
}

func TestASensorTheSpotDoesNotHaveIsIgnored(t *testing.T) {
	p := overhead()
	p.every(5*second, 60*second, echo(floorMM))
	p.log = nil
	for at := 60 * second; at < 70*second; at += second {
		p.at(at, second1(says(true)))
		p.at(at, occupancy.Reading{Sensor: 255, Kind: occupancy.Occupied, Occupied: true})
	}
	p.want(t)
}
