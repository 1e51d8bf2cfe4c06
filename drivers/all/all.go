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
	"gatehouse/drivers/housekeeping"
	"gatehouse/drivers/lanelight"
	"gatehouse/drivers/lilin"
	"gatehouse/drivers/loop"
	"gatehouse/drivers/lorawan"
	"gatehouse/drivers/magnetic"
	"gatehouse/drivers/matrix"
	"gatehouse/drivers/maxbotix"
	"gatehouse/drivers/modbus"
	"gatehouse/drivers/modbuscontact"
	"gatehouse/drivers/mqttsign"
	"gatehouse/drivers/openalpr"
	"gatehouse/drivers/osdp"
	"gatehouse/drivers/platerecognizer"
	"gatehouse/drivers/qrscanner"
	"gatehouse/drivers/relaybarrier"
	"gatehouse/drivers/rtc"
	"gatehouse/drivers/sign"
	"gatehouse/drivers/spotinput"
	"gatehouse/drivers/terminal"
	"gatehouse/drivers/textsign"
	"gatehouse/drivers/trafficlight"
	"gatehouse/drivers/ultrasonic"
	"gatehouse/drivers/ups"
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
		trafficlight.CoilDriver(buses),
		column.Driver(),
		contact.Driver(),
		dahua.Driver(),
		escpos.Driver(),
		hcsr04.Driver(),
		hikvision.Driver(),
		housekeeping.Driver(),
		lanelight.Driver(),
		lilin.Driver(),
		loop.Driver(),
		lorawan.Driver(),
		magnetic.Driver(),
		matrix.Driver(),
		maxbotix.Driver(),
		modbuscontact.Driver(buses),
		mqttsign.Driver(),
		openalpr.Driver(),
		osdp.Driver(osdp.NewBuses()),
		platerecognizer.Driver(),
		qrscanner.Driver(),
		relaybarrier.Driver(),
		rtc.Driver(),
		sign.Driver(),
		spotinput.Driver(),
		terminal.Driver(),
		textsign.Driver(),
		trafficlight.Driver(),
		ultrasonic.Driver(),
		ups.Driver(),
		urm.Driver(),
		wiegand.Driver(),
		zonecontroller.Driver(buses),
		zvt.Driver(),
	}
}
