package payload

// Milesight's sensors of seats, toilets, rolls of paper and depths. Source: the maker's documents of each model
// (Milesight-IoT/SensorDecoders, vs-series, ws-series and em-series).
var (
	milesightVS330 = map[int64]channelReader{
		0x0282: milesightDistance,
		0x038E: flag("occupied"),
		0x048E: flag("calibrated"),
	}
	milesightVS340 = map[int64]channelReader{
		0x0300: flag("occupied"),
	}
	milesightWS201 = map[int64]channelReader{
		0x0382: milesightDistance,
		0x04D6: percent("remaining_pct"),
	}
	milesightEM500Depth = map[int64]channelReader{
		0x0377: number("depth_cm", 2),
		0x20CE: func(m *Message, c *cursor) {
			m.add("history_times_s", c.unsignedLow(4), 0)
			m.add("history_depths_cm", c.unsignedLow(2), 0)
		},
	}
)

func decodeMilesight330(m *Message, _ int, data []byte) error {
	return milesight(m, data, milesightVS330)
}
func decodeMilesight340(m *Message, _ int, data []byte) error {
	return milesight(m, data, milesightVS340)
}
func decodeMilesight201(m *Message, _ int, data []byte) error {
	return milesight(m, data, milesightWS201)
}
func decodeMilesightDepth(m *Message, _ int, data []byte) error {
	return milesight(m, data, milesightEM500Depth)
}
