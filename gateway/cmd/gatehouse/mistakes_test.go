package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEachMistakeIsToldWhereItIs makes one mistake at a time in the examples: check tells the line, what is wrong, and what to
// write.
func TestEachMistakeIsToldWhereItIs(t *testing.T) {
	dir := t.TempDir()
	copyFile(t, "examples/hospital-board.toml", filepath.Join(dir, "hospital-board.toml"))
	path, plain := filepath.Join(dir, "site.toml"), map[string]string{} // what is told of an example as it is
	said := func(text string) string {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		p := command(t, "check", "--site", path)
		p.code(patience)
		return p.output()
	}
	for _, c := range []struct{ example, write, instead, want string }{
		{"tickets", "presence = \"lane1_arming\"", "presence = \"lane1_armin\"",
			"57:25: device[2].settings.presence: the board pi4 has no input \"lane1_armin\"; did you mean lane1_arming?"},
		{"tickets", "presence = \"lane2_closing\"", "presence = \"lane1_closing\"",
			"106:25: device[9].settings.presence: input lane1_closing is already for device \"in-closing\"; give each device its own; `lotctl board show pi4` lists what there is"},
		{"tickets", "direction = \"in\"", "direktion = \"in\"",
			"33:3: gate[1]: the gate's direction is missing; write direction = \"in\", \"out\" or \"both\""},
		{"tickets", "port = \"usb3\"", "port = \"usb3\", baud = 9500",
			"113:36: device[10].settings.baud: 9500 is no speed of a serial port; write one of [300 600 1200 2400 4800 9600 19200 38400 57600 115200 230400 460800 921600]"},
		{"tickets", "port = \"usb3\"", "port = \"usb3\", baud = \"9600\"",
			"113:36: device[10].settings.baud: baud = \"9600\"; write a whole number"},
		{"tickets", "settings = { port = \"usb3\" }", "",
			"108:3: device[10]: port is missing; write the name of one of the board's serial ports"},
		{"tickets", "port = \"usb3\"", "port = \"\"",
			"113:21: device[10].settings.port: port is missing; write the name of one of the board's serial ports"},
		{"tickets", "port = \"usb3\"", "port = \"/dev/ttyUSB0\"",
			"113:21: device[10].settings.port: the board pi4 has no serial port \"/dev/ttyUSB0\"; write the board's name of that device: `lotctl board show pi4` lists them; or name it in a board file of your own"},
		{"tickets", "port = \"usb3\"", "port = \"usb1\"",
			"113:21: device[10].settings.port: serial port usb1 is already for device in-printer; give this device a port of its own"},
		{"tickets", "address = \"192.168.1.50:20007\"", "address = \"192.168.1.50\"",
			"127:24: device[12].settings.address: address = \"192.168.1.50\"; write a host and a port, such as \"192.168.1.50:20007\""},
		{"tickets", "password = \"010203\"", "password = 10203",
			"127:57: device[12].settings.password: password = 10203; write a text in quotes"},
		{"tickets", "password = \"010203\"", "password = \"1234\"",
			"127:57: device[12].settings.password: the driver can't use this; write six digits in quotes"},
		{"tickets", "hold = \"lane1_hold\"", "hold = \"lane1_lower\"",
			"50:44: device[1].settings.hold: output lane1_lower may not stay on for more than 1000 ms; name an output whose max_on_ms is 0 on the board, or write that in a board file of your own"},
		{"tickets", "hold = \"lane1_hold\"", "hold = \"lane1_raise\"",
			"45:3: device[1]: the output lane1_raise has two commands: give raise, hold, lower and stop a relay each"},
		{"tickets", "hold = \"lane1_hold\"", "pulse_ms = 1500",
			"50:48: device[1].settings.pulse_ms: output lane1_raise may not stay on for more than 1000 ms; write a shorter pulse, or a longer max_on_ms in a board file of your own"},
		{"tickets", "hold = \"lane1_hold\"", "pulse_ms = 5000",
			"50:48: device[1].settings.pulse_ms: pulse_ms = 5000; write 100 to 2000"},
		{"tickets", "hold = \"lane1_hold\"", "pulse_s = 1",
			"50:47: device[1].settings.pulse_s: driver \"relaybarrier\" has no setting \"pulse_s\"; did you mean \"pulse_ms\"?"},
		{"tickets", "driver = \"escpos\"", "driver = \"epson\"",
			"75:10: device[5].driver: there is no driver \"epson\"; write one of \"axis\", \"coilbarrier\", \"coillight\", \"column\", \"contact\", \"dahua\", \"escpos\", \"hcsr04\", \"hikvision\", \"housekeeping\", \"lanelight\", \"lilin\", \"loop\", \"lorawan\", \"magnetic\", \"matrix\", \"maxbotix\", \"modbuscontact\", \"mqttsign\", \"openalpr\" and 16 more"},
		{"tickets", "driver = \"escpos\"", "driver = \"qrscanner\"",
			"76:8: device[5].role: driver \"qrscanner\" can't serve as printer; it can serve as column, reader; `lotctl driver ls` lists the others"},
		{"tickets", "role = \"printer\"\ngate = \"in\"", "role = \"printer\"",
			"73:3: device[5].gate: a gate is missing; write \"in\" or \"out\""},
		{"tickets", "role = \"printer\"\ngate = \"in\"", "role = \"printer\"\ngate = \"entry\"",
			"77:8: device[5].gate: there is no gate \"entry\"; write \"in\" or \"out\""},
		{"tickets", "direction = \"out\"", "direction = \"in\"",
			"1:1: warning: no gate lets vehicles out: no stay ends, and none is charged; add a [[gate]] with direction = \"out\" or \"both\""},
		{"tickets", "role = \"printer\"\ngate = \"in\"", "role = \"printer\"\ngate = \"out\"",
			"77:8: device[5].gate: warning: a printer at an exit prints nothing: tickets are printed at entries; name an entry gate"},
		{"tickets", "board = \"pi4\"", "board = \"p4\"",
			"9:9: location.board: unknown board \"p4\"; did you mean pi4?"},
		{"tickets", "board = \"pi4\"", "board = \"pi4-bare+relayhat8\"",
			"9:9: location.board: unknown board \"relayhat8\"; did you mean relay-hat-8?"},
		{"tickets", "board = \"pi4\"", "board = \"mine.toml\"",
			"9:9: location.board: there is no board file \"mine.toml\" beside this one; copy it there, or write a name that `lotctl board ls` lists"},
		{"tickets", "board = \"pi4\"", "",
			"4:2: location: the board is missing; write board = \"pi4\", or another name that `lotctl board ls` lists"},
		{"tickets", "numbers = [\"1..80\"]\nzone = \"A\"", "numbers = [\"1..80\"]",
			"29:3: spots[1].zone: a zone is missing; write \"A\""},
		{"tickets", "\"1..80\"", "\"1-80\"",
			"30:12: spots[1].numbers[1]: warning: \"1-80\" is the number of one spot; a range is written \"1..80\""},
		{"tickets", "id = \"A\"\nfloor = \"F1\"", "id = \"A\"",
			"25:3: zone[1].floor: a floor is missing; write \"F1\""},
		{"garage", "direction = \"in\"", "direction = \"in\"\nclosing = \"gateway\"",
			"33:11: gate[1].closing: the gateway may not close a gate without a closing loop; add a device with role \"closing_loop\", or write closing = \"barrier\""},
		{"tickets", "role = \"fire\"", "role = \"stop\"",
			"129:3: device[13].gate: a gate is missing; write \"in\" or \"out\""},
		{"tickets", "input = \"fire\"", "input = \"fire\", normally_closed = \"yes\"",
			"133:48: device[13].settings.normally_closed: normally_closed = \"yes\"; write true or false"},
		{"tickets", "input = \"fire\"", "input = \"lane1_arming\"",
			"133:12: device[13].settings: warning: input lane1_arming serves as fire; are two inputs swapped?"},
		{"tickets", "listen = \":8080\"", "listen = \"8080\"",
			"136:10: server.listen: \"8080\" is no address to listen on; write \":8080\" for the whole network, or \"127.0.0.1:8080\" for this machine alone"},
		{"ten-thousand", "spots = [\"00001..02500\"]\n", "",
			"94:3: device[1]: the sensor serves no spot; write spots = [\"A-001\"]"},
		{"ten-thousand", "spots = [\"10001..12500\"]", "spots = [\"00001..02500\"]",
			"105:9: device[2].spots: spot \"00001\" has a sensor already, device \"bus-0\"; name each spot at one sensor; a second one that confirms it has the role second_sensor"},
		{"ten-thousand", "sensor = \"zone\"\n", "",
			"97:10: device[1].spots[1]: spot \"00001\" has no kind of sensor; give its [[spots]] row sensor = \"…\""},
		{"ten-thousand", "\"1-40\"", "\"40-1\"",
			"99:61: device[1].settings.slaves: slaves: \"40-1\"; write an address from 1 to 247, or two of them as \"1-40\""},
		{"ten-thousand", "\"1-40\"", "\"1-400\"",
			"99:61: device[1].settings.slaves: slaves: \"1-400\"; write an address from 1 to 247, or two of them as \"1-40\""},
		{"ten-thousand", "slaves = [\"1-40\"]", "slaves = [1, 2]",
			"99:61: device[1].settings.slaves: slaves: 1 in the list; write texts in quotes"},
		{"ten-thousand", "\"1-40\"", "\"1-30\"",
			"98:9: device[1].spots: 2500 spots are named, and the device senses 1920; name as many spots as it has sensors, in their order"},
		{"ten-thousand", "tcp://192.168.1.60:502", "192.168.1.60:502",
			"127:21: device[5].settings.port: the board pi5 has no serial port \"192.168.1.60:502\"; if it is an address in the network, write \"tcp://192.168.1.60:502\""},
		{"lorawan", "broker = \"lora\", model", "broker = \"lorawan\", model",
			"45:23: device[1].settings.broker: there is no broker \"lorawan\"; write \"lora\""},
		{"lorawan", "tcp://192.168.1.20:1883", "192.168.1.20",
			"19:7: broker[1].url: \"192.168.1.20\" is no broker's address; write url = \"tcp://192.168.1.20:1883\", or \"tls://…:8883\""},
		{"lorawan", "tcp://192.168.1.20:1883", "http://192.168.1.20:1883",
			"19:7: broker[1].url: \"http://192.168.1.20:1883\" is no broker's address; write url = \"tcp://192.168.1.20:1883\", or \"tls://…:8883\""},
		{"lorawan", "70b3d5e75e004d01", "70b3d5e75e004d",
			"45:65: device[1].settings.sensors: sensors: \"70b3d5e75e004d\" is no device EUI; write 16 digits of 0 to 9 and a to f"},
		{"lorawan", ", \"70b3d5e75e004d04\"", "",
			"44:9: device[1].spots: 4 spots are named, and the device senses 3; name as many spots as it has sensors, in their order"},
		{"readers", "address = 1", "address = 0",
			"53:39: device[2].settings.address: address = 0: another reader on port usb1 has it; write the one that is set in this reader, each its own"},
		{"readers", "address = 1", "address = 1, baud = 19200",
			"53:49: device[2].settings.baud: baud = 19200: another reader on port usb1 has 9600; write the same for all"},
		{"readers", "5b3a1c99d2f04e8711aa20c4e6f7d801", "5b3a",
			"46:48: device[1].settings.key: the driver can't use this; write 32 hex digits"},
		{"hospital", "d1 = \"in_card_d1\"", "d1 = \"in_card_d0\"",
			"74:38: device[4].settings.d1: d1 = \"in_card_d0\" is also d0; write the input of the other wire"},
		{"free-flow", "role = \"barrier\"\ngate = \"yard\"", "role = \"barrier\"\ngate = \"north\"",
			"93:8: device[5].gate: a gate with closing = \"none\" has no barrier; give it to another gate, or write closing = \"barrier\" for this one"},
		{"free-flow", "http://192.168.1.64", "192.168.1.64",
			"73:24: device[2].settings.address: address = \"192.168.1.64\"; write it as \"http://192.168.1.64\", or with https://"},
		{"free-flow", "inward = \"approach\"", "zone = \"Berlin\"",
			"80:98: device[3].settings.zone: zone = \"Berlin\"; write a name such as \"Europe/Berlin\""},
		{"magnetic", ", channels = \"0,1,2,3,4,5,6,7\"", "",
			"60:12: device[1].settings: channels = \"\" with mux = 112; write both or neither"},
		{"magnetic", "mux = 112", "mux = \"0x70\"",
			"60:34: device[1].settings.mux: mux = \"0x70\"; write a whole number"},
		{"magnetic", "role = \"closing_loop\"\ngate = \"lane\"", "role = \"arm_up\"\ngate = \"lane\"",
			"50:3: gate[1]: warning: a gate for both ways tells them apart by its two loops; add devices with role \"arming_loop\" (outside) and \"closing_loop\" (inside)"},
		{"magnetic", "empty_mm = 2300", "empty_mm = 230",
			"38:12: sensor[2].empty_mm: the floor is too near for a car to fit between; write millimetres: 2400 for 2.40 m"},
		{"floors", "spi = \"spi0\"", "spi = \"spi1\"",
			"99:20: device[2].settings.spi: the board pi4-bare+relay-hat-8 has no SPI device \"spi1\"; did you mean spi0?"},
		{"floors", "role = \"sign\"\nfloor = \"F0\"", "role = \"sign\"",
			"94:3: device[2].floor: a floor is missing; write \"F0\", \"F1\" or \"F2\""},
		{"floors", "role = \"sign\"\nfloor = \"F0\"", "role = \"display\"\nfloor = \"F0\"",
			"94:3: device[2].gate: a gate is missing; write \"in\" or \"out\""},
		{"floors", "digits = 3", "digits = 12",
			"99:37: device[2].settings.digits: digits = 12; write 1 to 8"},
		{"floors", "settings = { spi = \"spi0\", digits = 3 }", "spi = \"spi0\"",
			"99:1: device[2].spi: unknown key; write it in settings = { spi = … }"},
		{"floors", "role = \"sensor\"\nspots", "role = \"sensor\"\ngate = \"in\"\nspots",
			"91:8: device[1].gate: a device with role \"sensor\" is at no gate; leave it out"},
	} {
		text, err := os.ReadFile("examples/" + c.example + ".toml")
		if err != nil {
			t.Fatal(err)
		}
		wrong := strings.Replace(string(text), c.write, c.instead, 1)
		if wrong == string(text) {
			t.Errorf("%s: nothing to replace: %s", c.example, c.write)
		}
		want := path + ":" + c.want + "\n"
		if plain[c.example] == "" {
			plain[c.example] = said(string(text))
		}
		if strings.Contains(plain[c.example], want) {
			t.Errorf("%s is told of so without a mistake: %s", c.example, c.want)
		}
		if got := said(wrong); !strings.Contains(got, want) {
			t.Errorf("%s with %q is told of so:\n%s\nwant\n%s", c.example, c.instead, got, c.want)
		}
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
