package main

import (
	"strings"
	"testing"

	"gatehouse/sync/commandline"
)

func TestSensorDecode(t *testing.T) {
	for _, test := range []struct {
		args       string
		exit       int
		out, error string // all of what is printed on out, a part of what is printed on errs
	}{
		{"--device bosch-parking-lot-sensor --fport 2 --hex 01ff --json", 0, `{"kind":"heartbeat","occupied":true,"temperature_c":-1}` + "\n", ""},
		{"--json --hex=0x01-ff --fport=2 --device=BOSCH_Parking.Lot-Sensor", 0, `{"kind":"heartbeat","occupied":true,"temperature_c":-1}` + "\n", ""},
		{"--device em310-udl --hex 03824408", 0, "distance_mm              2116\n", ""},
		{"--device milesight-em310-udl --hex 038244 --json", commandline.ExitWrong, "", "it is cut: its 3 bytes end within what begins at byte 2: check --device, --fport"},
		{"--device bosch-parking-lot-sensor --fport 9 --hex 01 --json", commandline.ExitWrong, "", "nothing is known on port 9"},
		{"--device bosch-parking-lot-sensor --hex 01 --json", commandline.ExitWrong, "", "without its port"},
		{"--device nothing --hex 01 --json", commandline.ExitWrong, "", "write one of adnexo-ax-dist, bosch-parking-lot-sensor"},
		{"--device bosch-parking-lot-sensor --fport 0 --hex 01 --json", commandline.ExitWrong, "", "without its port"},
		{"--device yosensi-yo-distance --fport 0 --hex 0201000028001101_0159", commandline.ExitUsage, "", "pairs of the digits"},
		{"--device em310-udl --fport 0 --hex 03824408 --json", 0, `{"distance_mm":2116}` + "\n", ""},
		{"--device em310-udl --fport 256 --hex 03824408", commandline.ExitUsage, "", "--fport 256"},
		{"--device em310-udl --fport 224 --hex 03824408", commandline.ExitWrong, "", "port 224 carries no application data"},
		{"--device em310-udl --hex= --json", commandline.ExitWrong, "", "it is empty"},
		{"--device em310-udl --hex 0382440800 --json", commandline.ExitWrong, "", "it is cut"},
		{"--device em310-udl --hex 0g --json", commandline.ExitUsage, "", `--hex "0g"`},
		{"--device em310-udl --hex 012 --json", commandline.ExitUsage, "", `--hex "012" has half a byte`},
		{"--device em310-udl --hex 0x03,0x82,{0x44,0x08}", 0, "distance_mm              2116\n", ""},
		{`--device em310-udl --hex \x03\x82"4408"`, 0, "distance_mm              2116\n", ""},
		{"--device em310-udl --hex 0x0,0x3", commandline.ExitUsage, "", "half a byte"},
		{"--device em310-udl --hex A4JECA==", commandline.ExitUsage, "", "write --hex 03824408"},
		{"--device em310-udl --fport one --hex 01", commandline.ExitUsage, "", "--fport one"},
		{"--device em310-udl --fport -1 --hex 01", commandline.ExitUsage, "", "fport"},
		{"--hex 01", commandline.ExitUsage, "", "--device"},
	} {
		var out, errs strings.Builder
		exit := run(append([]string{"sensor", "decode"}, strings.Fields(test.args)...), &out, &errs)
		if exit != test.exit || out.String() != test.out || !strings.Contains(errs.String(), test.error) {
			t.Errorf("%s: exit %d, want %d\n%s%s", test.args, exit, test.exit, out.String(), errs.String())
		}
	}
}

func TestSensorList(t *testing.T) {
	var out, errs strings.Builder
	if exit := run([]string{"sensor", "ls"}, &out, &errs); exit != 0 || !strings.Contains(out.String(), "milesight-em400-udl") {
		t.Errorf("exit %d\n%s%s", exit, out.String(), errs.String())
	}
}
