package all_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gatehouse/drivers"
	"gatehouse/drivers/all"
	"gatehouse/drivers/drivertest"
)

// settings are the least that each driver needs.
var settings = map[string]drivers.Settings{
	"axis":            {},
	"coilbarrier":     {"port": "rs485", "raise": int64(1)},
	"coillight":       {"port": "rs485", "red": int64(1), "green": int64(2)},
	"column":          {"port": "uart1"},
	"contact":         {"input": "in1"},
	"dahua":           {},
	"escpos":          {"port": "uart1"},
	"hcsr04":          {"triggers": []string{"k1"}, "echoes": []string{"in1"}},
	"hikvision":       {},
	"housekeeping":    {},
	"lanelight":       {"port": "uart1"},
	"lilin":           {},
	"loop":            {"presence": "in1"},
	"lorawan":         {"broker": "lora", "model": "placepod", "sensors": []string{"70b3d5e75e004d01"}},
	"magnetic":        {"bus": "i2c1"},
	"matrix":          {"spi": "spi0"},
	"maxbotix":        {"port": "uart1"},
	"modbuscontact":   {"port": "rs485", "input": int64(1)},
	"mqttsign":        {"broker": "site", "location": "riverside", "floor": "P1"},
	"openalpr":        {},
	"osdp":            {"port": "rs485"},
	"platerecognizer": {},
	"qrscanner":       {"port": "uart1"},
	"relaybarrier":    {"raise": "k1"},
	"rtc":             {},
	"sign":            {"port": "uart1"},
	"spotinput":       {"inputs": []string{"in1"}},
	"terminal":        {"port": "uart1"},
	"textsign":        {"port": "uart1"},
	"trafficlight":    {"red": "k1", "green": "k2"},
	"ultrasonic":      {"port": "uart1"},
	"ups":             {"mains_lost": "in1"},
	"urm":             {"port": "uart1"},
	"wiegand":         {"d0": "in1", "d1": "in2"},
	"zonecontroller":  {"port": "uart1", "profile": "urm14"},
	"zvt":             {"port": "uart1"},
}

// abilities names the contracts that a device implements.
func abilities(device any) (names []string) {
	for name, has := range map[string]bool{
		"Barrier":  is[drivers.Barrier](device),
		"Camera":   is[drivers.Camera](device),
		"Display":  is[drivers.Display](device),
		"Handler":  is[http.Handler](device),
		"Monitor":  is[drivers.Monitor](device),
		"Printer":  is[drivers.Printer](device),
		"Reader":   is[drivers.Reader](device),
		"Sensor":   is[drivers.Sensor](device),
		"Switch":   is[drivers.Switch](device),
		"Terminal": is[drivers.Terminal](device),
	} {
		if has {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func is[T any](device any) bool {
	_, ok := device.(T)
	return ok
}

func TestWhatEachDriverCanDo(t *testing.T) {
	want := map[string][]string{
		"axis":            {"Camera", "Handler"},
		"coilbarrier":     {"Barrier"},
		"coillight":       {"Display"},
		"column":          {"Display", "Printer", "Reader"},
		"contact":         {"Reader", "Switch"},
		"dahua":           {"Camera", "Handler"},
		"escpos":          {"Printer"},
		"hcsr04":          {"Sensor"},
		"hikvision":       {"Camera", "Handler"},
		"housekeeping":    {"Monitor"},
		"lanelight":       {"Display"},
		"lilin":           {"Camera", "Handler"},
		"loop":            {"Switch"},
		"lorawan":         {"Sensor"},
		"magnetic":        {"Sensor"},
		"matrix":          {"Display"},
		"maxbotix":        {"Sensor"},
		"modbuscontact":   {"Switch"},
		"mqttsign":        {"Display"},
		"openalpr":        {"Camera", "Handler"},
		"osdp":            {"Display", "Reader"},
		"platerecognizer": {"Camera", "Handler"},
		"qrscanner":       {"Reader"},
		"relaybarrier":    {"Barrier"},
		"rtc":             {"Monitor"},
		"sign":            {"Display"},
		"spotinput":       {"Sensor"},
		"terminal":        {"Terminal"},
		"textsign":        {"Display"},
		"trafficlight":    {"Display"},
		"ultrasonic":      {"Sensor"},
		"ups":             {"Monitor"},
		"urm":             {"Sensor"},
		"wiegand":         {"Reader"},
		"zonecontroller":  {"Sensor"},
		"zvt":             {"Terminal"},
	}
	catalog := all.Catalog()
	if len(catalog) != len(want) {
		t.Errorf("drivers %v", catalog.Names())
	}
	for _, driver := range catalog {
		device, err := driver.Make(drivertest.NewHost(), settings[driver.Name])
		if err != nil {
			t.Errorf("%s: %v", driver.Name, err)
			continue
		}
		if got := abilities(device); !slices.Equal(got, want[driver.Name]) {
			t.Errorf("%s can %v, want %v", driver.Name, got, want[driver.Name])
		}
	}
}

func TestNamesAreUniqueAndSorted(t *testing.T) {
	var names []string
	for _, driver := range all.Catalog() {
		names = append(names, driver.Name)
	}
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("names %v", names)
	}
}

// Every setting of every driver, given a value of a type that no setting takes, is an error that names the setting and
// says what to write.
func TestEverySettingIsCheckedAndExplained(t *testing.T) {
	for _, driver := range all.Catalog() {
		for key, help := range driver.Settings {
			wrong := drivers.Settings{key: 1.5}
			for other, value := range settings[driver.Name] {
				if other != key {
					wrong[other] = value
				}
			}
			_, err := driver.Make(drivertest.NewHost(), wrong)
			if !errors.Is(err, drivers.ErrSettings) || !strings.Contains(fmt.Sprint(err), key+" = 1.5: write ") {
				t.Errorf("%s: %s = 1.5: error %v", driver.Name, key, err)
			}
			if help == "" {
				t.Errorf("%s: the setting %s has no help", driver.Name, key)
			}
		}
	}
}

// A folder beside this one that holds a driver must be in the catalog.
func TestNoDriverIsForgotten(t *testing.T) {
	folders, err := filepath.Glob("../*/*.go")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no folders: %v", err)
	}
	names := all.Catalog().Names()
	for _, path := range folders {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(filepath.Dir(path))
		if strings.Contains(string(source), "\nfunc Driver(") && !slices.Contains(names, name) {
			t.Errorf("drivers/%s is not in the catalog", name)
		}
	}
}

// families are the folders of drivers that are not in one of their own name.
var families = map[string]string{"coilbarrier": "relaybarrier", "coillight": "trafficlight"}

// No simulator, no driver: each has a far side on its own codec, unless that is contacts of the board, files of the machine,
// or the slave that all of Modbus share; what it reads is fuzzed; and the suite of each contract that it keeps judges it.
func TestEveryDriverHasAPeerASuiteAndAFuzzedParser(t *testing.T) {
	for _, driver := range all.Catalog() {
		folder := "../" + driver.Name
		if family, found := families[driver.Name]; found {
			folder = "../" + family
		}
		code, tests := sources(t, folder)
		wires := map[drivers.Wire]bool{}
		for _, wire := range driver.Wires {
			wires[wire] = true
		}
		contacts := len(wires) > 0 && !slices.ContainsFunc([]drivers.Wire{
			drivers.WireSerial, drivers.WireModbus, drivers.WireOSDP, drivers.WireI2C, drivers.WireSPI, drivers.WireBroker,
		}, func(w drivers.Wire) bool { return wires[w] })
		modbus, files := wires[drivers.WireModbus], driver.Name == "housekeeping"
		if _, err := os.Stat(folder + "/simulator.go"); err != nil && !contacts && !modbus && !files {
			t.Errorf("%s has no simulator.go", driver.Name)
		}
		parses := strings.Contains(code, "func Parse") || strings.Contains(code, "func Decode") || strings.Contains(code, ") Push(")
		if parses && !strings.Contains(tests, "func Fuzz") {
			t.Errorf("%s parses what comes from outside, and no test fuzzes it", driver.Name)
		}
		device, err := driver.Make(drivertest.NewHost(), settings[driver.Name])
		if err != nil {
			t.Errorf("%s: %v", driver.Name, err)
			continue
		}
		for _, ability := range abilities(device) {
			suite := "drivertest.Test" + ability + "("
			if ability == "Camera" || ability == "Handler" {
				suite = "cameratest."
			}
			if !strings.Contains(tests, suite) {
				t.Errorf("%s is a %s, and its tests have no %s", driver.Name, ability, suite)
			}
		}
	}
	if code, tests := sources(t, "../modbus"); !strings.Contains(code, "type Simulator struct") || !strings.Contains(tests, "func Fuzz") {
		t.Error("drivers/modbus has no simulator, or nothing fuzzes it")
	}
}

// sources is the code of a folder, and its tests.
func sources(t *testing.T, folder string) (code, tests string) {
	t.Helper()
	paths, err := filepath.Glob(folder + "/*.go")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: %v", folder, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(path, "_test.go") {
			tests += string(text)
		} else {
			code += string(text)
		}
	}
	return code, tests
}

// Every setting that names something of the board or of the site says so to those who check site files.
func TestEveryWireIsDeclared(t *testing.T) {
	names := regexp.MustCompile(`names? of the (board|serial port|input|output|I2C bus|SPI device|MQTT broker|broker|gauge's I2C bus)`)
	for _, driver := range all.Catalog() {
		for key, help := range driver.Settings {
			if names.MatchString(help) && driver.Wires[key] == 0 {
				t.Errorf("%s: the setting %s (%s) is no wire", driver.Name, key, help)
			}
		}
		for key := range driver.Wires {
			if driver.Settings[key] == "" {
				t.Errorf("%s: there is no setting %s", driver.Name, key)
			}
		}
	}
}
