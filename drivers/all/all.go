package all

import (
	"gatehouse/drivers"
	"gatehouse/drivers/column"
	"gatehouse/drivers/contact"
	"gatehouse/drivers/magnetic"
	"gatehouse/drivers/platerecognizer"
	"gatehouse/drivers/relaybarrier"
	"gatehouse/drivers/sign"
	"gatehouse/drivers/terminal"
	"gatehouse/drivers/ultrasonic"
)

// Catalog lists all drivers.
func Catalog() drivers.Catalog {
	return drivers.Catalog{
		column.Driver(),
		contact.Driver(),
		magnetic.Driver(),
		platerecognizer.Driver(),
		relaybarrier.Driver(),
		sign.Driver(),
		terminal.Driver(),
		ultrasonic.Driver(),
	}
}
