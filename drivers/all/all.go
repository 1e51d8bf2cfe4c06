package all

import (
	"gatehouse/drivers"
	"gatehouse/drivers/column"
	"gatehouse/drivers/contact"
	"gatehouse/drivers/hcsr04"
	"gatehouse/drivers/lorawan"
	"gatehouse/drivers/maxbotix"
	"gatehouse/drivers/modbus"
	"gatehouse/drivers/platerecognizer"
	"gatehouse/drivers/relaybarrier"
	"gatehouse/drivers/sign"
	"gatehouse/drivers/spotinput"
	"gatehouse/drivers/terminal"
	"gatehouse/drivers/ultrasonic"
	"gatehouse/drivers/urm"
	"gatehouse/drivers/zonecontroller"
)

// Catalog lists all drivers. Those of one catalog share buses: call it once for a gateway.
func Catalog() drivers.Catalog {
	buses := modbus.NewBuses()
	return drivers.Catalog{
		column.Driver(),
		contact.Driver(),
		hcsr04.Driver(),
		lorawan.Driver(),
		maxbotix.Driver(),
		platerecognizer.Driver(),
		relaybarrier.Driver(),
		sign.Driver(),
		spotinput.Driver(),
		terminal.Driver(),
		ultrasonic.Driver(),
		urm.Driver(),
		zonecontroller.Driver(buses),
	}
}
