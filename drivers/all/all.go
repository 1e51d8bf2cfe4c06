package all

import (
	"gatehouse/drivers"
	"gatehouse/drivers/axis"
	"gatehouse/drivers/column"
	"gatehouse/drivers/contact"
	"gatehouse/drivers/dahua"
	"gatehouse/drivers/hikvision"
	"gatehouse/drivers/lilin"
	"gatehouse/drivers/openalpr"
	"gatehouse/drivers/platerecognizer"
	"gatehouse/drivers/relaybarrier"
	"gatehouse/drivers/sign"
	"gatehouse/drivers/terminal"
	"gatehouse/drivers/ultrasonic"
)

// Catalog lists all drivers.
func Catalog() drivers.Catalog {
	return drivers.Catalog{
		axis.Driver(),
		column.Driver(),
		contact.Driver(),
		dahua.Driver(),
		hikvision.Driver(),
		lilin.Driver(),
		openalpr.Driver(),
		platerecognizer.Driver(),
		relaybarrier.Driver(),
		sign.Driver(),
		terminal.Driver(),
		ultrasonic.Driver(),
	}
}
