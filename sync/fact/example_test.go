package fact_test

import (
	"fmt"

	"gatehouse/sync/fact"
)

func ExampleParseMoney() {
	fee, _ := fact.ParseMoney("12.4", "EUR")
	_, err := fact.ParseMoney("12.4", "JPY")
	fmt.Println(fee, fee.Minor)
	fmt.Println(err)
	// Output:
	// 12.40 EUR 1240
	// fact: amount "12.4": JPY has 0 digits after the point; write for example 1250
}

func ExampleClock() {
	clock := fact.Clock{Boot: 1}
	before := clock.At(1_772_434_800_000, 5_000, fact.ClockHeld)
	after := clock.At(1_772_434_200_000, 6_000, fact.ClockSynced) // the wall clock went back ten minutes
	elapsedMS, exact := after.SinceMS(before)
	fmt.Println(after.HLC > before.HLC, elapsedMS, exact)
	// Output: true 1000 true
}

func ExampleDot_ID() {
	run := fact.NewIncarnation(1_772_434_800_000, 42)
	fmt.Println(fact.Dot{Incarnation: run, Seq: 1000}.ID('T'))
	// Output: T06EATP5XG002M-rs
}

func ExampleDegraded_Codes() {
	fmt.Println((fact.WithoutCamera | fact.WithoutClock).Codes())
	// Output: [no_camera no_clock]
}
