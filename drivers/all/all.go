package all

import (
	"gatehouse/drivers"
	"gatehouse/drivers/axis"
	"gatehouse/drivers/column"
	"gatehouse/drivers/contact"
	"gatehouse/drivers/dahua"
	"gatehouse/drivers/escpos"
	"gatehouse/drivers/hcsr04"
	"gatehouse/drivers/hikvision"
	"gatehouse/drivers/lilin"
	"gatehouse/drivers/loop"
	"gatehouse/drivers/lorawan"
	"gatehouse/drivers/magnetic"
	"gatehouse/drivers/maxbotix"
	"gatehouse/drivers/modbus"
	"gatehouse/drivers/modbuscontact"
	"gatehouse/drivers/openalpr"
	"gatehouse/drivers/osdp"
	"gatehouse/drivers/platerecognizer"
	"gatehouse/drivers/qrscanner"
	"gatehouse/drivers/relaybarrier"
	"gatehouse/drivers/sign"
	"gatehouse/drivers/spotinput"
	"gatehouse/drivers/terminal"
	"gatehouse/drivers/trafficlight"
	"gatehouse/drivers/ultrasonic"
	"gatehouse/drivers/urm"
	"gatehouse/drivers/wiegand"
	"gatehouse/drivers/zonecontroller"
	"gatehouse/drivers/zvt"
)

// Catalog lists all drivers. Those of one catalog share buses: call it once for a gateway.
func Catalog() drivers.Catalog {
	buses := modbus.NewBuses()
	return drivers.Catalog{
		axis.Driver(),
		relaybarrier.CoilDriver(buses),
		column.Driver(),
		contact.Driver(),
		dahua.Driver(),
		escpos.Driver(),
		hcsr04.Driver(),
		hikvision.Driver(),
		lilin.Driver(),
		loop.Driver(),
		lorawan.Driver(),
		magnetic.Driver(),
		maxbotix.Driver(),
		modbuscontact.Driver(buses),
		openalpr.Driver(),
		osdp.Driver(),
		platerecognizer.Driver(),
		qrscanner.Driver(),
		relaybarrier.Driver(),
		sign.Driver(),
		spotinput.Driver(),
		terminal.Driver(),
		trafficlight.Driver(),
		ultrasonic.Driver(),
		urm.Driver(),
		wiegand.Driver(),
		zonecontroller.Driver(buses),
		zvt.Driver(),
	}
}
