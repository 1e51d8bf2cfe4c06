package all

import (
	"gatehouse/drivers/axis"
	"gatehouse/drivers/dahua"
	"gatehouse/drivers/hikvision"
	"gatehouse/drivers/lilin"
	"gatehouse/drivers/openalpr"
	"gatehouse/drivers/platecamera"
	"gatehouse/drivers/platerecognizer"
)

// PlateFormats are how all makes of plate cameras write their events, the most particular first.
func PlateFormats() []platecamera.Format {
	return []platecamera.Format{
		hikvision.Format(), openalpr.Format(), lilin.Format(), platerecognizer.Format(), dahua.Format(), axis.Format(),
	}
}
