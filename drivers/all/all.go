package all

import (
	"gatehouse/drivers"
	"gatehouse/drivers/column"
	"gatehouse/drivers/contact"
	"gatehouse/drivers/lorawan"
	"gatehouse/drivers/magnetic"
	"gatehouse/drivers/modbus"
	"gatehouse/drivers/platerecognizer"
	"gatehouse/drivers/relaybarrier"
	"gatehouse/drivers/sign"
	"gatehouse/drivers/terminal"
	"gatehouse/drivers/ultrasonic"
	"gatehouse/drivers/zonecontroller"
)

// Catalog lists all drivers. Those of one catalog share buses: call it once for a gateway.
func Catalog() drivers.Catalog {
	buses := modbus.NewBuses()
	return drivers.Catalog{
		column.Driver(),
		contact.Driver(),
		lorawan.Driver(),
		magnetic.Driver(),
		platerecognizer.Driver(),
		relaybarrier.Driver(),
		sign.Driver(),
		terminal.Driver(),
		ultrasonic.Driver(),
		zonecontroller.Driver(buses),
	}
}
